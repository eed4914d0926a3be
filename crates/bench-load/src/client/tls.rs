//! TLS: whom a client trusts.

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use thiserror::Error;
use tokio_rustls::TlsConnector;

/// How servers prove who they are.
#[derive(Clone)]
pub struct Tls(pub(super) TlsConnector);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(…)")
    }
}

/// Certificates that cannot be trusted.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that has none.
    #[error("cannot read certificates from {file}: {reason}; name a PEM file")]
    File {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
}

impl Tls {
    /// Trusts the public authorities that Mozilla lists.
    #[must_use]
    pub fn public() -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::of(roots)
    }

    /// Trusts the authorities of a PEM file, such as a company's own.
    ///
    /// # Errors
    /// Where the file has no certificate that can be used.
    pub fn with_authorities(file: &Path) -> Result<Self, TlsError> {
        let fail = |reason: String| TlsError::File { file: file.display().to_string(), reason };
        let mut roots = RootCertStore::empty();
        let listed =
            CertificateDer::pem_file_iter(file).map_err(|error| fail(error.to_string()))?;
        for certificate in listed {
            let certificate = certificate.map_err(|error| fail(error.to_string()))?;
            roots.add(certificate).map_err(|error| fail(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(fail("it has none".to_owned()));
        }
        Ok(Self::of(roots))
    }

    fn of(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(TlsConnector::from(Arc::new(config)))
    }
}
