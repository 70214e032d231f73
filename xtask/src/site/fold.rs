//! Functions that are byte for byte the same become one: Rust makes a copy of generic code for every type, and the compiler leaves many
//! of the copies in. Worth three kilobytes of what a browser waits for.

use std::collections::HashMap;
use std::convert::Infallible;

use anyhow::{Result, anyhow};
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// The module with each function once. A pair of copies that call copies of their own is found a round later, so it goes on until
/// there is nothing to find.
pub(crate) fn fold(mut wasm: Vec<u8>) -> Result<Vec<u8>> {
    loop {
        let mut folding = Folding::of(&wasm)?;
        if folding.once.iter().all(|once| *once) {
            return Ok(wasm);
        }
        let mut module = wasm_encoder::Module::new();
        folding.parse_core_module(&mut module, Parser::new(0), &wasm).map_err(|error| anyhow!("the wasm cannot be folded: {error}"))?;
        wasm = module.finish();
    }
}

/// Which functions stay, and what their indices become.
struct Folding {
    /// Of each function that is not imported: whether it stays.
    once: Vec<bool>,
    /// Of every function: its index after folding.
    index: Vec<u32>,
}

impl Folding {
    fn of(wasm: &[u8]) -> Result<Self> {
        let (mut imported, mut kinds, mut bodies) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => kinds = section.into_iter().collect::<Result<_, _>>()?,
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        let mut first: HashMap<(u32, &[u8]), u32> = HashMap::new();
        let (mut once, mut index) = (Vec::new(), (0..u32::try_from(imported)?).collect::<Vec<u32>>());
        let mut next = u32::try_from(imported)?;
        for (kind, body) in kinds.into_iter().zip(bodies) {
            let kept = *first.entry((kind, body)).or_insert(next);
            once.push(kept == next);
            index.push(kept);
            next += u32::from(kept == next);
        }
        Ok(Self { once, index })
    }
}

impl Reencode for Folding {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Infallible>> {
        Ok(self.index.get(function as usize).copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut wasm_encoder::FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        for (at, kind) in section.into_iter().enumerate() {
            let kind = self.type_index(kind?)?;
            if self.once[at] {
                functions.function(kind);
            }
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut wasm_encoder::CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error<Infallible>> {
        for (at, body) in section.into_iter().enumerate() {
            let body = body?;
            if self.once[at] {
                self.parse_function_body(code, body)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection, ValType};

    use super::*;

    /// Functions 0 and 1 are the same; 2 calls 0 and 3 calls 1, so they are the same in the end; 4 is another.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        for (at, build) in [(0, None), (1, None), (2, Some(0)), (3, Some(1)), (4, Some(2))] {
            functions.function(0);
            exports.export(&format!("f{at}"), ExportKind::Func, at);
            let mut body = Function::new([]);
            match build {
                None => body.instructions().i32_const(7).end(),
                Some(call) => body.instructions().call(call).end(),
            };
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn copies_become_one_and_so_do_those_that_call_them() {
        let folded = fold(module()).unwrap();
        let (mut bodies, mut exports) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(&folded) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(_) => bodies += 1,
                Payload::ExportSection(section) => exports = section.into_iter().map(|export| export.unwrap().index).collect(),
                _ => {}
            }
        }
        assert_eq!(bodies, 3);
        assert_eq!(exports, [0, 0, 1, 1, 2]);
        assert_eq!(fold(folded.clone()).unwrap(), folded, "nothing is left to find");
    }
}
