//! Attachments and raw mails, named by the hash of their content.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

/// Why a blob cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// Larger than the limit, in bytes. Retrying is pointless.
    #[error("larger than {limit} bytes")]
    TooLarge { limit: usize },
    /// No such blob, or the name is no hash. Retrying is pointless.
    #[error("no such blob")]
    NotFound,
    /// A full disk or an I/O error. Retrying is safe: the same content has the same name.
    #[error("the blob store is unavailable: {reason}")]
    Unavailable { reason: String },
}

/// A folder of blobs; clones share it.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    limit: usize,
}

impl Blobs {
    /// Opens or creates `folder`. Blobs of more than `limit` bytes are refused.
    pub fn open_folder(folder: &Path, limit: usize) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder).map_err(|error| unavailable(&error))?;
        // Without fsync a file is only in the kernel's memory when `put` answers.
        let store =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| unavailable(&error))?.with_fsync(true);
        Ok(Self { store: Arc::new(store), limit })
    }

    /// Keeps `content` and returns its name: SHA-256 in lower-case hexadecimal. When this answers, the
    /// content is durable (written aside, synced, renamed, folder synced).
    pub async fn put(&self, content: Bytes) -> Result<String, BlobError> {
        if content.len() > self.limit {
            return Err(BlobError::TooLarge { limit: self.limit });
        }
        let hashed = content.clone();
        let name = tokio::task::spawn_blocking(move || HEXLOWER.encode(&Sha256::digest(&hashed)))
            .await
            .map_err(|error| unavailable(&error))?;
        let path = path_of(&name).ok_or(BlobError::NotFound)?;
        self.store.put(&path, PutPayload::from_bytes(content)).await.map_err(|error| unavailable(&error))?;
        Ok(name)
    }

    pub async fn get(&self, name: &str) -> Result<Bytes, BlobError> {
        let path = path_of(name).ok_or(BlobError::NotFound)?;
        let found = self.store.get(&path).await.map_err(read_error)?;
        found.bytes().await.map_err(read_error)
    }

    /// Removes a blob; one that is not there is no error.
    pub async fn delete(&self, name: &str) -> Result<(), BlobError> {
        let path = path_of(name).ok_or(BlobError::NotFound)?;
        match self.store.delete(&path).await.map_err(read_error) {
            Ok(()) | Err(BlobError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// `ab/abcd…`: no folder gets too large, and no name leads out of it.
fn path_of(name: &str) -> Option<ObjectPath> {
    let is_hash = name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then(|| ObjectPath::from_iter([&name[..2], name]))
}

fn read_error(error: object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::NotFound,
        error => unavailable(&error),
    }
}

fn unavailable(error: &impl std::fmt::Display) -> BlobError {
    BlobError::Unavailable { reason: error.to_string() }
}
