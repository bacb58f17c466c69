//! The network between nodes and the shared state, and what fate does to both.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use uuid::Uuid;

use super::checker::{Checker, Sharing};
use super::node::{Node, Owned};
use crate::cluster::call::{Answer, Call, Letter, LetterKind, Placed};
use crate::cluster::claiming::{Claiming, Step};
use crate::cluster::lease::Lease;
use crate::cluster::memory::Memory;
use crate::cluster::names::{Incarnation, NodeId, Subject};

pub const LEASE: Duration = Duration::from_millis(9_000);
/// A letter is given up after so many tries; so many that a run does not reach it.
const TRIES: u32 = 1_000;

/// One thing that fate does; a script of them is what shrinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Nothing but time.
    Wait {
        millis: u16,
    },
    Claim {
        node: u8,
        subject: u8,
    },
    Release {
        node: u8,
        subject: u8,
    },
    Send {
        from: u8,
        to: u8,
    },
    Crash {
        node: u8,
    },
    /// As by SIGSTOP.
    Freeze {
        node: u8,
        millis: u16,
    },
    /// Calls and answers of a node are lost.
    Cut {
        node: u8,
        millis: u16,
    },
    /// Calls and answers take so long, each a share of it.
    Slow {
        node: u8,
        millis: u16,
    },
    /// The shared state starts empty.
    Forget,
}

#[derive(Debug)]
enum Event {
    Arrives { node: usize, tag: Tag, call: Call, life: u64 },
    Answered { node: usize, tag: Tag, answer: Answer, life: u64 },
    Beat { node: usize },
}

#[derive(Debug, Clone, Copy)]
enum Tag {
    Hold { incarnation: Incarnation, sent: Duration },
    Renew { incarnation: Incarnation, sent: Duration },
    Claim(u64),
    Release,
    Letter(Uuid),
    Read,
    Acknowledge,
}

pub struct World {
    now: Duration,
    memory: Memory,
    nodes: Vec<Node>,
    lives: Vec<u64>,
    cut_until: Vec<Duration>,
    slow: Vec<(Duration, u64)>,
    events: BTreeMap<(Duration, u64), Event>,
    next: u64,
    random: u64,
    sharing: Sharing,
    pub checker: Checker,
}

impl World {
    pub fn new(nodes: usize, seed: u64, sharing: Sharing) -> Self {
        let mut world = Self {
            now: Duration::from_secs(1),
            memory: Memory::default(),
            nodes: Vec::new(),
            lives: vec![0; nodes],
            cut_until: vec![Duration::ZERO; nodes],
            slow: vec![(Duration::ZERO, 0); nodes],
            events: BTreeMap::new(),
            next: 0,
            random: seed | 1,
            sharing,
            checker: Checker::default(),
        };
        for at in 0..nodes {
            let id = NodeId::new(&format!("node-{at}")).expect("a short name");
            // Clocks are up to a tenth slow or fast.
            let rate = 900 + u32::try_from(world.below(201)).expect("small");
            world.nodes.push(Node::new(id, rate));
            world.at(Duration::ZERO, Event::Beat { node: at });
        }
        world
    }

    /// Plays a script, then lets all faults end and everything arrive.
    pub fn play(&mut self, script: &[Act]) -> Result<(), String> {
        self.run(Duration::from_millis(100))?;
        for act in script {
            self.act(act)?;
            let pause = Duration::from_millis(self.below(400));
            self.run(pause)?;
        }
        self.run(LEASE * 12)?;
        if self.sharing == Sharing::Faithful {
            self.checker.letters()?;
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        let count = self.nodes.len();
        let index = |node: &u8| usize::from(*node) % count;
        let later = |now: Duration, millis: &u16| now + Duration::from_millis(u64::from(*millis));
        match act {
            Act::Wait { millis } => return self.run(Duration::from_millis(u64::from(*millis))),
            Act::Claim { node, subject } => self.claim(index(node), self::subject(*subject)),
            Act::Release { node, subject } => self.release(index(node), &self::subject(*subject)),
            Act::Send { from, to } => self.send(index(from), index(to)),
            Act::Crash { node } => {
                let node = index(node);
                self.nodes[node].crash();
                self.lives[node] += 1;
            }
            Act::Freeze { node, millis } => {
                let until = later(self.now, millis);
                self.nodes[index(node)].frozen_until = until;
            }
            Act::Cut { node, millis } => self.cut_until[index(node)] = later(self.now, millis),
            Act::Slow { node, millis } => {
                self.slow[index(node)] = (self.now + LEASE * 2, u64::from(*millis));
            }
            Act::Forget if self.sharing == Sharing::Forgetful => self.memory = Memory::default(),
            Act::Forget => {}
        }
        Ok(())
    }

    fn run(&mut self, time: Duration) -> Result<(), String> {
        let until = self.now + time;
        while let Some((&(at, number), _)) = self.events.first_key_value().filter(|((at, _), _)| *at <= until)
        {
            let event = self.events.remove(&(at, number)).expect("just seen");
            self.now = self.now.max(at);
            self.happen(event)?;
            self.judge()?;
        }
        self.now = until;
        self.judge()
    }

    fn judge(&mut self) -> Result<(), String> {
        if self.sharing == Sharing::Faithful {
            self.checker.owners(self.now, &self.nodes)?;
        }
        let safe = self.nodes.iter().filter(|node| !node.is_frozen(self.now)).flat_map(|node| {
            node.owned().filter(|(_, owned)| node.is_safe(self.now, owned)).map(|(s, o)| (s.clone(), o.epoch))
        });
        let safe: Vec<_> = safe.collect();
        safe.into_iter().for_each(|(subject, epoch)| self.checker.append(&subject, epoch));
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Beat { node } => self.beat(node),
            Event::Arrives { node, tag, call, life } => {
                let answer = self.memory.apply(self.now, call);
                // Letters handed out count as read when the answer arrives, or come again.
                self.travel(node, |_| Event::Answered { node, tag, answer, life });
            }
            Event::Answered { node, life, .. } if self.lives[node] != life => {}
            Event::Answered { node, tag, answer, life } if self.nodes[node].is_frozen(self.now) => {
                // It waits in the socket.
                let until = self.nodes[node].frozen_until;
                self.at(until - self.now, Event::Answered { node, tag, answer, life });
            }
            Event::Answered { node, tag, answer, .. } => self.answered(node, tag, answer)?,
        }
        Ok(())
    }

    /// A call or an answer on its way: it is delayed, and may be lost.
    fn travel(&mut self, node: usize, event: impl FnOnce(&Self) -> Event) {
        let (until, most) = self.slow[node];
        let delay = if self.now < until { self.below(most + 1) } else { self.below(20) };
        if self.now >= self.cut_until[node] {
            let event = event(self);
            self.at(Duration::from_millis(delay), event);
        }
    }

    fn call(&mut self, node: usize, tag: Tag, call: Call) {
        let life = self.lives[node];
        self.travel(node, |_| Event::Arrives { node, tag, call, life });
    }

    fn beat(&mut self, at: usize) {
        self.at(LEASE / 6, Event::Beat { node: at });
        if self.nodes[at].is_frozen(self.now) {
            return;
        }
        let sent = self.nodes[at].clock(self.now);
        let node = self.nodes[at].id.clone();
        match self.nodes[at].lease {
            Some(Lease { incarnation, .. }) => {
                let tag = Tag::Renew { incarnation, sent };
                self.call(at, tag, Call::Renew { node, incarnation, lease: LEASE });
            }
            None => self.hold(at, sent, node),
        }
        if let Some(by) = self.nodes[at].incarnation(self.now) {
            self.read(at, by);
        }
        self.finish_letters(at);
    }

    fn hold(&mut self, at: usize, sent: Duration, node: NodeId) {
        let incarnation = Incarnation(self.id());
        if let Some(earlier) = self.nodes[at].attempt.replace(incarnation) {
            self.nodes[at].abandoned.push(earlier);
        }
        let abandoned = self.nodes[at].abandoned.clone();
        let hold = Call::Hold { node, incarnation, lease: LEASE, abandoned };
        self.call(at, Tag::Hold { incarnation, sent }, hold);
    }

    fn read(&mut self, at: usize, by: Incarnation) {
        let node = self.nodes[at].id.clone();
        let idle = if self.nodes[at].recovered { LEASE * 2 } else { Duration::ZERO };
        let most = 16;
        self.call(at, Tag::Read, Call::Recover { node: node.clone(), by, idle, tries: TRIES, most });
        self.call(at, Tag::Read, Call::Fetch { node, by, most, wait: Duration::ZERO });
    }

    fn finish_letters(&mut self, at: usize) {
        let now = self.now;
        let done: Vec<_> = self.nodes[at].working.extract_if(.., |(_, _, until)| *until <= now).collect();
        for (place, id, _) in done {
            *self.checker.handled.entry(id).or_default() += 1;
            let node = self.nodes[at].id.clone();
            self.call(at, Tag::Acknowledge, Call::Acknowledge { node, places: vec![place] });
        }
    }

    fn claim(&mut self, at: usize, subject: Subject) {
        if self.nodes[at].is_frozen(self.now) {
            return;
        }
        let Some(by) = self.nodes[at].incarnation(self.now) else { return };
        let stored = self.checker.stored(&subject);
        let claiming = Claiming::new(subject.clone(), self.nodes[at].id.clone(), by, stored);
        let first = claiming.first();
        self.next += 1;
        let number = self.next;
        self.nodes[at].claims.insert(number, (subject, by, stored, claiming));
        self.call(at, Tag::Claim(number), first);
    }

    fn release(&mut self, at: usize, subject: &Subject) {
        if self.nodes[at].is_frozen(self.now) {
            return;
        }
        let Some(owned) = self.nodes[at].disown(subject) else { return };
        let release = Call::Release { subject: subject.clone(), by: owned.by, epoch: owned.epoch };
        self.call(at, Tag::Release, release);
    }

    fn send(&mut self, from: usize, to: usize) {
        if self.nodes[from].is_frozen(self.now) {
            return;
        }
        let id = self.id();
        let letter =
            Letter { id, from: self.nodes[from].id.clone(), kind: LetterKind::Command, bytes: Bytes::new() };
        let to = self.nodes[to].id.clone();
        let window = LEASE * 100;
        // Repeated, as a sender does that heard nothing: known by its id.
        for _ in 0..2 {
            let send = Call::Send { to: to.clone(), letter: letter.clone(), bound: 1_000, window };
            self.call(from, Tag::Letter(id), send);
        }
    }

    fn answered(&mut self, at: usize, tag: Tag, answer: Answer) -> Result<(), String> {
        match (tag, answer) {
            (Tag::Hold { incarnation, sent }, Answer::Done) => self.held(at, incarnation, sent),
            (Tag::Renew { incarnation, sent }, Answer::Done) => {
                let lease = self.nodes[at].lease.as_mut();
                if let Some(lease) = lease.filter(|lease| lease.incarnation == incarnation) {
                    lease.renewed(sent);
                }
            }
            (Tag::Renew { incarnation, .. }, Answer::Lost) => {
                let node = &mut self.nodes[at];
                if node.lease.is_some_and(|lease| lease.incarnation == incarnation) {
                    (node.lease, node.recovered) = (None, false);
                    node.abandoned.push(incarnation);
                }
            }
            (Tag::Claim(number), answer) => self.claim_answered(at, number, answer)?,
            (Tag::Letter(id), Answer::Done | Answer::Known) => {
                self.checker.sent.insert(id);
            }
            (Tag::Read, Answer::Letters { letters, .. }) => self.work(at, letters),
            _ => {}
        }
        Ok(())
    }

    fn held(&mut self, at: usize, incarnation: Incarnation, sent: Duration) {
        let node = &mut self.nodes[at];
        // A later attempt is under way, and takes this one's place.
        if node.attempt != Some(incarnation) {
            return;
        }
        node.lease = Some(Lease::granted(incarnation, LEASE, sent));
        node.attempt = None;
        node.abandoned.clear();
    }

    fn claim_answered(&mut self, at: usize, number: u64, answer: Answer) -> Result<(), String> {
        let Some((subject, by, stored, mut claiming)) = self.nodes[at].claims.remove(&number) else {
            return Ok(());
        };
        match claiming.answered(answer) {
            Step::Ask(call) => {
                self.nodes[at].claims.insert(number, (subject, by, stored, claiming));
                self.call(at, Tag::Claim(number), call);
            }
            Step::Won(epoch) => {
                self.checker.claimed(&subject, epoch, stored, self.sharing)?;
                if self.checker.claim_log(&subject, epoch) {
                    self.nodes[at].own(subject, Owned { epoch, by });
                }
            }
            Step::Owned(_) => {}
            Step::Unexpected => return Err(format!("{subject}: the claim heard what it did not ask")),
        }
        Ok(())
    }

    fn work(&mut self, at: usize, letters: Vec<Placed>) {
        self.nodes[at].recovered = true;
        for Placed { place, letter } in letters {
            let until = self.now + Duration::from_millis(self.below(1_500));
            self.nodes[at].working.push((place, letter.id, until));
        }
    }

    fn at(&mut self, after: Duration, event: Event) {
        self.next += 1;
        self.events.insert((self.now + after, self.next), event);
    }

    fn id(&mut self) -> Uuid {
        self.next += 1;
        Uuid::from_u128(u128::from(self.next))
    }

    /// Xorshift: seeded, and the same everywhere.
    fn below(&mut self, bound: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % bound.max(1)
    }
}

fn subject(number: u8) -> Subject {
    match number % 4 {
        0 => Subject::Outbox,
        number => Subject::Session(model::SessionId(Uuid::from_u128(u128::from(number)))),
    }
}
