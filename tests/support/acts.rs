//! What customers and agents do in one word.

use channels::chat::wire::{ChatMessage, ChatRequest};
use model::event::PresenceCause;
use model::{MessageId, PresenceName, Sequence};
use tandem::console::wire::{Ask, BoardFrame, ConsoleMessage, Offer};

use super::{Agent, Customer};

impl Customer {
    /// Says something and waits until it is durable; answers where it stands.
    pub async fn tell(&mut self, text: &str) -> Sequence {
        let id = self.say(text).await;
        self.acknowledged(id).await
    }

    pub async fn acknowledged(&mut self, wanted: MessageId) -> Sequence {
        self.until(|message| match message {
            ChatMessage::Ack { id, sequence } if *id == wanted => Some(*sequence),
            _ => None,
        })
        .await
    }

    /// Asks and is answered: everything asked before was dealt with.
    pub async fn ping(&mut self) {
        self.ask(ChatRequest::Ping).await;
        self.until(|message| (*message == ChatMessage::Pong).then_some(())).await;
    }
}

impl Agent {
    /// The next offer, accepted.
    pub async fn accept_next(&mut self) -> Offer {
        let offer = self.offer().await;
        self.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
        self.has(&offer).await;
        offer
    }

    /// Until the session of an offer is in hand.
    pub async fn has(&mut self, offer: &Offer) {
        self.until(|message| match message {
            ConsoleMessage::Session(card) if card.session == offer.session => Some(()),
            _ => None,
        })
        .await;
    }

    /// Ends the contact, its wrap-up and the session.
    pub async fn complete(&mut self, offer: &Offer) {
        let (session, task) = (offer.session, offer.task);
        self.ask(Ask::Complete { session, task, disposition: None, summary: None, close: true })
            .await
            .unwrap();
    }

    pub async fn is_now(&mut self, presence: &str) -> PresenceCause {
        self.until(|message| match message {
            ConsoleMessage::Presence { presence: now, cause, .. } if now.as_str() == presence => Some(*cause),
            _ => None,
        })
        .await
    }

    pub async fn choose(&mut self, presence: &str) {
        let presence = PresenceName::new(presence).unwrap();
        self.ask(Ask::SetPresence { presence }).await.unwrap();
    }

    /// The board as it is now.
    pub async fn board(&mut self) -> BoardFrame {
        self.ask(Ask::WatchBoard).await.unwrap();
        // What came before the answer is older.
        self.heard.retain(|message| !matches!(message, ConsoleMessage::Board(_)));
        self.next_board().await
    }

    /// The next board, while it is watched.
    pub async fn next_board(&mut self) -> BoardFrame {
        self.until(|message| match message {
            ConsoleMessage::Board(board) => Some((**board).clone()),
            _ => None,
        })
        .await
    }
}
