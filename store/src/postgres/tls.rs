//! Whom to believe that it is the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::error::OpenError;

/// Whether the way to PostgreSQL is encrypted. A server is always asked to prove its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PostgresTls {
    /// In the clear: for the same machine, or a network that is trusted.
    #[default]
    Off,
    /// By a certificate that the system trusts.
    System,
    /// By a certificate of the authorities in this PEM file.
    Authority(PathBuf),
}

pub(crate) fn config(tls: &PostgresTls) -> Result<Option<ClientConfig>, OpenError> {
    let roots = match tls {
        PostgresTls::Off => return Ok(None),
        PostgresTls::System => rustls_native_certs::load_native_certs().certs,
        PostgresTls::Authority(path) => read(path)?,
    };
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(roots);
    if added == 0 {
        return Err(OpenError::Settings { reason: "there is no certificate of an authority".to_owned() });
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| OpenError::Settings { reason: error.to_string() })?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Some(config))
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, OpenError> {
    let failed = |error| OpenError::Settings { reason: format!("{}: {error}", path.display()) };
    CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(failed)
}
