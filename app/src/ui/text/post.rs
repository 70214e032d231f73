//! A post, what is said to it, and the form for a new one.

/// What the window is called where there is no such post.
pub const GONE_TITLE: &str = "Post not found";

pub(crate) const DELETE: &str = "Delete post";
pub(crate) const DELETE_ASKED: &str = "Delete this post, its likes and its comments? They cannot be brought back.";
pub(crate) const DELETE_COMMENT: &str = "Delete comment";
pub(crate) const DELETE_COMMENT_ASKED: &str = "Delete this comment?";
/// After what asks once more.
pub(crate) const MORE: &str = "…";
pub(crate) const COMMENTS: &str = "Comments";
pub(crate) const NO_COMMENTS: &str = "No comments yet.";
/// After a link to the log-in page.
pub(crate) const TO_TAKE_PART: &str = " to like or comment.";
pub(crate) const COMMENT: &str = "Add a comment";
pub(crate) const COMMENT_HINT: &str = "500 characters at most.";
/// Completes "We could not …".
pub(crate) const COMMENT_DEED: &str = "keep your comment";
pub(crate) const SEND: &str = "Comment";
pub(crate) const GONE: &str = "This post does not exist.";
pub(crate) const GONE_BECAUSE: &str = "Its author may have deleted it.";

/// To the author of a post whose picture nobody has described.
pub(crate) const ADD_DESCRIPTION: &str = "Add a description";
/// Completes "We could not …".
pub(crate) const DESCRIBE_DEED: &str = "keep your description";
pub(crate) const SAVE_DESCRIPTION: &str = "Save description";
/// The form for a description, without one.
pub const DESCRIBE_NOTHING: &str = "Write what the picture shows.";

/// What the window is called.
pub(crate) fn title(author: &str) -> String {
    ["Post by ", author].concat()
}

/// What the window is called, and the page for a new one.
pub const NEW_TITLE: &str = "New post";
/// Completes "We could not …".
pub(crate) const NEW_DEED: &str = "publish your post";
pub(crate) const PICTURE: &str = "Picture";
pub(crate) const PICTURE_HINT: &str = "JPEG, PNG or WebP, 8 MB at most.";
/// After that, on a form that came back.
pub(crate) const AGAIN: &str = " Choose it once more: browsers do not keep it.";
pub(crate) const CAPTION: &str = "Caption";
pub(crate) const DESCRIBE: &str = "Describe the picture";
pub(crate) const DESCRIBE_HINT: &str = "People who cannot see it read this.";
/// Beside the button that chooses a picture.
pub(crate) const DROP: &str = "or drop it here";
/// The preview, to screen readers.
pub(crate) const CHOSEN: &str = "The picture you chose";
pub(crate) const UPLOAD: &str = "Upload";
/// The session's token had run out on the way, and the file goes out once more.
pub const RENEWED: &str = "Your sign-in was renewed. Continuing the upload.";
pub(crate) const REMOVED: &str = "Where it was taken, and with which camera, is removed before anybody sees it.";
pub(crate) const PUBLISH: &str = "Publish post";

/// So much of it is on its way.
#[must_use]
pub fn uploading(percent: u32) -> String {
    ["Uploading ", &percent.to_string(), " %"].concat()
}
