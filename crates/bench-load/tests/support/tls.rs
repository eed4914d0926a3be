//! A double behind TLS: certificates, and a relay that takes the TLS off.

use std::{net::SocketAddr, sync::Arc, thread};

use load_double::Double;
use rcgen::CertifiedKey;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    runtime::Builder,
};
use tokio_rustls::TlsAcceptor;

/// A certificate that a server signed itself.
pub struct Certificate {
    pub pem: String,
    config: ServerConfig,
}

impl Certificate {
    /// For a host; its key exists in this process only.
    pub fn of(host: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider has the default versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .expect("the key belongs to it");
        Self { pem: cert.pem(), config }
    }

    /// Serves a double with it; the base URL.
    pub fn serve(&self, double: &Double) -> String {
        let acceptor = TlsAcceptor::from(Arc::new(self.config.clone()));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("it is bound");
        let behind = double.address();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a socket");
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(relay(acceptor.clone(), stream, behind));
                }
            });
        });
        format!("https://127.0.0.1:{}/v1", address.port())
    }
}

/// Carries bytes both ways until either side ends. A connection that breaks behind it ends without a
/// farewell in front of it.
async fn relay(acceptor: TlsAcceptor, stream: TcpStream, behind: SocketAddr) {
    let Ok(mut front) = acceptor.accept(stream).await else { return };
    let Ok(mut back) = TcpStream::connect(behind).await else { return };
    let _ = back.set_nodelay(true);
    let _ = copy_bidirectional(&mut front, &mut back).await;
}
