//! The board that supervisors watch, from the router's picture, the open sessions and the day's figures.

use routing::{Board, Opening, QueueBoard};
use store::SessionSummary;

use super::{Engine, figures};
use crate::configuration::Organisation;
use crate::console::wire::{AgentFigures, BoardFrame, ChannelLoad, PastSession, QueueFigures};

/// Sessions a frame lists at most.
const MOST_SESSIONS: usize = 500;

impl Engine {
    /// The board now; none if the router is gone.
    pub async fn board(&self) -> Option<BoardFrame> {
        let board = self.router().board().await?;
        let organisation = self.foundation.organisation();
        Some(BoardFrame {
            at: board.at,
            queues: board.queues.iter().map(|queue| self.queue_figures(&organisation, queue)).collect(),
            agents: self.agent_figures(&board),
            sessions: self.directory.cards(MOST_SESSIONS),
        })
    }

    fn queue_figures(&self, organisation: &Organisation, queue: &QueueBoard) -> QueueFigures {
        let outcomes = self.figures.of(&queue.queue, self.foundation.now());
        let abandoned = outcomes.abandoned_within + outcomes.abandoned_later;
        let promised = organisation
            .queue(&queue.queue)
            .map_or(organisation.service_level, |known| organisation.service_level(known));
        QueueFigures {
            queue: queue.queue.clone(),
            open: matches!(queue.open, Opening::Open { .. }),
            closing: queue.closing.clone(),
            waiting: queue.waiting,
            longest_since: queue.waiting_since,
            in_hand: queue.reserved + queue.assigned + queue.wrapping,
            service_level: figures::view(outcomes, &promised),
            offered: outcomes.offered(),
            answered: outcomes.answered(),
            abandoned,
            turned_away: self.figures.turned_away(&queue.queue, self.foundation.now()),
        }
    }

    fn agent_figures(&self, board: &Board) -> Vec<AgentFigures> {
        let figures = board.agents.iter().map(|agent| {
            let (name, automated) = self.face(&agent.agent);
            let load = agent.channels.iter().map(|load| ChannelLoad {
                channel: load.channel,
                tasks: load.in_hand,
                capacity: load.most,
            });
            AgentFigures {
                agent: agent.agent.clone(),
                name,
                automated,
                presence: agent.presence.clone(),
                since: agent.since,
                unanswered: self.figures.unanswered_by(&agent.agent, self.foundation.now()),
                load: load.collect(),
            }
        });
        figures.collect()
    }
}

pub fn past_session(summary: &SessionSummary) -> PastSession {
    PastSession {
        session: summary.session,
        opened_at: summary.opened_at,
        closed_at: summary.closed_at,
        channels: summary.channels.clone(),
        intent: summary.intent.clone(),
        last_agent: summary.last_agent.clone(),
        last_text: summary.last_text.clone().unwrap_or_default(),
    }
}
