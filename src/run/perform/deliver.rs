//! The ways in which a request goes out, and what is seen of the run as a whole.

use std::time::Duration;

use crate::fixture::{Delivered, Messenger};
use crate::http::{
    Client, ClientSettings, Exchange, Fault, OldTls, OldTlsAnswer, Origin, Request, Scheme,
};
use crate::plan::{Send, Wire};
use crate::run::render::render;

use super::{Absence, Logged, Performer};

/// The longest wait for a connection without encryption, and again for an answer there.
///
/// Many firewalls swallow what goes to that port, and a server of TLS waits for the rest of what it
/// takes for a hello; who serves plain HTTP has answered by then.
const CLEARTEXT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long after it hung up a client comes back: longer than most targets take for an answer.
const ABANDONED_PAUSE: Duration = Duration::from_millis(50);

impl Performer<'_> {
    pub(super) async fn deliver(
        &mut self,
        request: &Request,
        wire: Wire,
    ) -> Result<(Exchange, Duration), Absence> {
        let messenger = self.fixtures.messenger();
        let delivered = match wire {
            Wire::Fresh => messenger.send_fresh(request).await,
            Wire::Kept => messenger.send_kept(request, &mut self.kept).await,
            Wire::OtherTenant => {
                let there = self.fixtures.other_messenger();
                let there = there.map_err(Absence::NotApplicable)?;
                there.send_fresh(request).await
            }
            Wire::Http2 => by_http2(messenger, request).await?,
            Wire::Cleartext => {
                let client = cleartext(messenger.client())?;
                messenger.towards(client).send_fresh(request).await
            }
        };
        if delivered.waits > 0 {
            let note = format!("waited {} times for a limit or an outage", delivered.waits);
            self.record.notes.push(note);
        }
        Ok((delivered.exchange, delivered.at))
    }

    /// Sends a request and hangs up: no answer to judge, only what it did.
    pub(super) async fn abandon(&mut self, send: &Send) -> Result<(), Absence> {
        let request = render(&send.template, &self.bindings, self.fixtures)
            .map_err(Absence::NotApplicable)?;
        let messenger = self.fixtures.messenger();
        let at = messenger.elapsed();
        let exchange = messenger.abandon(&request).await;
        let label = send.label.clone();
        self.log.push(Logged::new(label, exchange, at));
        let slot = send
            .addresses
            .and_then(|slot| self.bindings.slots.get(&slot));
        if let Some(instance) = slot {
            self.lease.spend(&instance.id);
        }
        // Whoever lost an answer comes back when the target, too, knows that it was lost.
        tokio::time::sleep(ABANDONED_PAUSE).await;
        Ok(())
    }

    pub(super) fn look_at_traffic(&mut self) {
        let traffic = self.fixtures.messenger().traffic();
        self.record.limits = traffic.limits;
        let mut durations = traffic.durations;
        durations.sort_unstable();
        let quantile = |percent: usize| {
            let place = (durations.len() * percent / 100).min(durations.len().saturating_sub(1));
            let duration = durations.get(place).copied().unwrap_or_default();
            duration.as_secs_f64() * 1_000.0
        };
        if !durations.is_empty() {
            self.record.notes.push(format!(
                "{} exchanges: half of them within {:.1} ms, 95 % within {:.1} ms",
                durations.len(),
                quantile(50),
                quantile(95)
            ));
        }
    }

    pub(super) async fn offer_old_tls(&mut self) -> Result<(), Absence> {
        let client = self.fixtures.messenger().client();
        if client.origin().scheme == Scheme::Http {
            let reason = "the target is not encrypted";
            return Err(Absence::NotApplicable(reason.to_owned()));
        }
        for version in [OldTls::V1_0, OldTls::V1_1] {
            let answer = client.offer_old_tls(version).await;
            let answer = answer.map_err(|fault| Absence::Inconclusive(fault.to_string()))?;
            let accepted = answer == OldTlsAnswer::Accepted;
            self.record.old_tls.push((version.name(), accepted));
        }
        Ok(())
    }

    pub(super) async fn look_for_reused_ids(&mut self) {
        match self.fixtures.reused_ids().await {
            Ok(ids) => self.record.reused_ids = Some(ids),
            Err(unavailable) => self.record.ended_early = Some(unavailable.to_string()),
        }
    }
}

/// Sends by HTTP/2 where the target has it.
async fn by_http2(messenger: &Messenger, request: &Request) -> Result<Delivered, Absence> {
    if messenger.client().origin().scheme == Scheme::Http {
        let reason = "the target is plain HTTP, where HTTP/2 is not negotiated";
        return Err(Absence::NotApplicable(reason.to_owned()));
    }
    let delivered = messenger.send_by_http2(request).await;
    match &delivered.exchange.outcome {
        Err(fault @ Fault::Http2NotOffered) => Err(Absence::NotApplicable(fault.to_string())),
        _ => Ok(delivered),
    }
}

/// A client of the same host without encryption.
fn cleartext(client: &Client) -> Result<Client, Absence> {
    let origin = client.origin();
    if origin.scheme == Scheme::Http {
        let reason = "the target is not encrypted";
        return Err(Absence::NotApplicable(reason.to_owned()));
    }
    // Where else plain HTTP would be served is said by nothing.
    let usual = origin.port == Scheme::Https.default_port();
    let origin = Origin {
        scheme: Scheme::Http,
        host: origin.host.clone(),
        port: if usual {
            Scheme::Http.default_port()
        } else {
            origin.port
        },
    };
    let settings = ClientSettings {
        connect_timeout: CLEARTEXT_TIMEOUT,
        first_byte_timeout: CLEARTEXT_TIMEOUT,
        ..client.settings().clone()
    };
    Client::new(origin, settings).map_err(|error| Absence::Inconclusive(error.to_string()))
}
