//! TLS 1.2 and 1.3 by rustls, with the certificate the settings name.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::configuration::settings::Tls;

/// TLS cannot be served. Retrying helps once the operator has mended the files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read the certificate: {0}")]
    Certificate(pem::Error),
    #[error("cannot read the key: {0}")]
    Key(pem::Error),
    #[error("cannot use the certificate with the key: {0}")]
    Unusable(#[from] rustls::Error),
}

/// Reads certificate and key. Blocking.
pub fn acceptor(settings: &Tls) -> Result<TlsAcceptor, TlsError> {
    let chain = CertificateDer::pem_file_iter(&settings.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(TlsError::Certificate)?;
    let key = PrivateKeyDer::from_pem_file(&settings.key).map_err(TlsError::Key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
