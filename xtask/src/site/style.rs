//! The style sheet: `@import` lines replaced by what they import, so that one request is enough; comments and indentation left out.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// One sheet out of `name` and everything it imports, all from one folder.
///
/// Understands `@import "x.css";` and `@import "x.css" layer(y);` on lines of their own, and refuses any other import.
pub(crate) fn bundle(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    let sheet = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bundled = String::new();
    for line in bare(&sheet).lines() {
        match line.strip_prefix("@import") {
            None => bundled += line,
            Some(import) => match parse(import) {
                Some((file, None)) => bundled += &bundle(folder, file)?,
                Some((file, Some(layer))) => bundled += &format!("@layer {layer} {{\n{}}}", bundle(folder, file)?),
                None => bail!("{}: cannot resolve `{line}`", path.display()),
            },
        }
        bundled.push('\n');
    }
    Ok(bundled)
}

/// The file and the layer of an import, after its keyword.
fn parse(import: &str) -> Option<(&str, Option<&str>)> {
    let (file, rest) = import.trim_start().strip_prefix('"')?.split_once('"')?;
    let plain = !file.contains('/') && file.ends_with(".css");
    let rest = rest.trim().strip_suffix(';')?.trim();
    let layer = match rest {
        "" => None,
        layer => Some(layer.strip_prefix("layer(")?.strip_suffix(')')?),
    };
    plain.then_some((file, layer))
}

/// Without comments, indentation and empty lines. What stands in quotes is not looked into.
fn bare(sheet: &str) -> String {
    let mut kept = String::new();
    let mut quote = None;
    let mut chars = sheet.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '/') if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for inside in chars.by_ref() {
                    if last == '*' && inside == '/' {
                        break;
                    }
                    last = inside;
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(_), '\\') => {
                kept.push(c);
                kept.extend(chars.next());
                continue;
            }
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        kept.push(c);
    }
    kept.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(bare("/* a\n b */\na { /* c */\n    content: \"/* d */\\\"\";\n\n}\n"), "a {\ncontent: \"/* d */\\\"\";\n}\n");
    }

    #[test]
    fn imports_are_understood_or_refused() {
        assert_eq!(parse(" \"base.css\";"), Some(("base.css", None)));
        assert_eq!(parse(" \"base.css\" layer(base);"), Some(("base.css", Some("base"))));
        for import in [" url(base.css);", " \"../base.css\";", " \"base.css\" screen;", " \"https://evil.example/a.css\";"] {
            assert_eq!(parse(import), None, "{import}");
        }
    }
}
