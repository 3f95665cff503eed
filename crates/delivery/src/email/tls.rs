//! TLS towards the relay: which certificates are good, for STARTTLS and for TLS from the first byte alike.

use std::sync::Arc;

use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
        server::ParsedCertificate,
    },
};

use super::relay::{Relay, RelayError, Security};

/// What a handshake needs, built once for a relay.
#[derive(Clone)]
pub(super) struct Tls {
    pub connector: TlsConnector,
    pub name: ServerName<'static>,
}

/// None where the relay is never to be asked for TLS.
pub(super) fn settings(relay: &Relay) -> Result<Option<Tls>, RelayError> {
    let any_certificate = match relay.security {
        Security::None => return Ok(None),
        Security::Opportunistic => relay.credentials.is_none(),
        Security::Required | Security::Implicit => false,
    };
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| RelayError::Certificates)?;
    let config = if any_certificate {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
            .with_no_client_auth()
    } else {
        builder
            .with_root_certificates(roots(relay)?)
            .with_no_client_auth()
    };
    let name = ServerName::try_from(relay.host.clone()).map_err(|_| RelayError::Certificates)?;
    Ok(Some(Tls {
        connector: TlsConnector::from(Arc::new(config)),
        name,
    }))
}

fn roots(relay: &Relay) -> Result<RootCertStore, RelayError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in CertificateDer::pem_slice_iter(&relay.authorities) {
        let certificate = certificate.map_err(|_| RelayError::Certificates)?;
        roots.add(certificate).map_err(|_| RelayError::Certificates)?;
    }
    Ok(roots)
}

/// Takes any certificate, as mail servers do among themselves: better than the clear, and no more is promised
/// ([`Security::Opportunistic`] without a password). The handshake itself is checked all the same.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        ParsedCertificate::try_from(certificate)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
