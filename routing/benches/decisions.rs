//! What a routing decision costs: `cargo bench -p routing --bench decisions [-- small|large|recover]`,
//! or one of `small-teams`, `small-every`, `small-steps`, `small-expressions`, and the same with `large-`.
//!
//! A backlog is built, then the router runs in steady state: agents accept, wrap up and complete at
//! random, new tasks arrive to keep the backlog at its size. Every call of `handle` is timed. One core.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use model::task::{Condition, Level, Priority, Requirements, SkillRequirement};
use model::{
    AgentId, AttributeValue, Attributes, Channel, Language, Name, PresenceName, QueueId, ReservationId,
    Skill, TaskFacts, TaskId, Timestamp,
};
use routing::*;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const QUEUES: u32 = 200;
const SKILLS: u32 = 50;
const EVENTS: u32 = 1_000_000;

/// How different the agents are, and by what tasks find them.
#[derive(Clone, Copy, PartialEq)]
enum Variety {
    /// Fifty agents of one team share a profile.
    Teams,
    /// Every agent's skills and levels are drawn alone.
    Individuals,
    /// Teams; tasks go through three steps as they wait, the first two of half a second.
    Steps,
    /// Teams; half of the tasks ask by an expression besides, that no index serves.
    Expressions,
}

impl Variety {
    fn name(self) -> &'static str {
        match self {
            Self::Teams => "teams",
            Self::Individuals => "every",
            Self::Steps => "steps",
            Self::Expressions => "expressions",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Teams => "teams of 50",
            Self::Individuals => "every agent different",
            Self::Steps => "teams of 50, steps that end",
            Self::Expressions => "teams of 50, half of the tasks ask by an expression",
        }
    }
}

const ASKED: &str = "agent.attributes.seniority >= 8 || agent.attributes.region == task.attributes.region";

struct Mixed(u64);

impl Mixed {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 16) % u64::from(end)).expect("less than end")
    }
}

fn queue(number: u32) -> QueueId {
    QueueId::new(&format!("queue{number:03}")).expect("a short name")
}

fn skill(number: u32) -> Skill {
    Skill::new(&format!("skill{number:02}")).expect("a short name")
}

fn level(number: u32) -> Level {
    Level::new(u8::try_from(number).expect("small")).expect("1 to 5")
}

fn language(number: u32) -> Language {
    Language::new(["en", "de", "fr"][number as usize % 3]).expect("a short name")
}

fn agent(number: u32) -> AgentId {
    AgentId::new(&format!("agent{number:06}")).expect("a short name")
}

/// Three queues, six skills, two languages, three chats and a call.
fn profile(number: u32, variety: Variety) -> AgentProfile {
    let drawn_from = if variety == Variety::Individuals { number } else { number / 50 };
    let mut mixed = Mixed((u64::from(drawn_from) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for _ in 0..4 {
        mixed.below(2);
    }
    let first = mixed.below(QUEUES);
    AgentProfile {
        agent: agent(number),
        kind: AgentKind::Person,
        skills: (0..6).map(|_| (skill(mixed.below(SKILLS)), level(1 + mixed.below(5)))).collect(),
        languages: (0..2).map(|_| language(mixed.below(3))).collect(),
        capacity: [(Channel::Chat, Capacity::of(3)), (Channel::Voice, Capacity::of(1))].into(),
        queues: [first, (first + 1) % QUEUES, mixed.below(QUEUES)].map(queue).into(),
        attributes: if variety == Variety::Expressions {
            attributes(&mut mixed)
        } else {
            Attributes::default()
        },
        answering: Default::default(),
    }
}

fn attribute(name: &str) -> Name {
    Name::new(name).expect("a short name")
}

fn region(number: u32) -> AttributeValue {
    AttributeValue::Text(["north", "east", "south", "west"][number as usize % 4].into())
}

fn attributes(mixed: &mut Mixed) -> Attributes {
    let mut attributes = Attributes::default();
    let seniority = i32::try_from(mixed.below(10)).expect("small");
    let both = [("seniority", AttributeValue::Number(seniority.into())), ("region", region(mixed.below(4)))];
    for (name, value) in both {
        attributes.insert(attribute(name), value).expect("two are few");
    }
    attributes
}

/// The task asks by an expression, too, which holds for the agent who can do it.
fn asking(task: TaskRequest, can: &AgentProfile) -> TaskRequest {
    let mut facts = TaskFacts::default();
    let region = attribute("region");
    let of_agent = can.attributes.get(&region).expect("all have one").clone();
    facts.attributes.insert(region, of_agent).expect("one is few");
    let condition = Condition::new(ASKED).expect("short");
    TaskRequest { requirements: task.requirements.with_conditions([condition]), facts, ..task }
}

/// Something that one agent at least can do, with up to two of that agent's skills.
fn task(number: u64, can: &AgentProfile, mixed: &mut Mixed, now: Timestamp) -> TaskRequest {
    let count = |length: usize| u32::try_from(length).expect("few");
    let mut skills = Vec::new();
    for _ in 0..mixed.below(3) {
        let chosen = can.skills.iter().nth(mixed.below(count(can.skills.len())) as usize);
        let (skill, has) = chosen.expect("within the length");
        let needed = level(1 + mixed.below(u32::from(has.get())));
        skills.push(SkillRequirement { skill: skill.clone(), level: needed });
    }
    let language = can.languages.first().filter(|_| mixed.below(2) == 0).cloned();
    let queue = can.queues.iter().nth(mixed.below(count(can.queues.len())) as usize);
    TaskRequest {
        id: TaskId(uuid::Uuid::from_u128(u128::from(number))),
        queue: queue.expect("within the length").clone(),
        channel: if mixed.below(5) == 0 { Channel::Voice } else { Channel::Chat },
        requirements: Requirements::new(skills, language),
        priority: Priority(i32::try_from(mixed.below(3)).expect("small")),
        waiting_since: now,
        preferred_agent: None,
        direction: Direction::Inbound,
        not_before: None,
        callback: None,
        facts: Default::default(),
    }
}

fn organisation(variety: Variety) -> Configuration {
    let for_a_time =
        |requirements, duration| Step { requirements, duration: Some(duration), ..Step::default() };
    let half = Duration::from_millis(500);
    let first = match variety {
        Variety::Steps => vec![
            for_a_time(StepRequirements::AsRequested, half),
            for_a_time(StepRequirements::LevelsLowerBy(1), half),
        ],
        _ => vec![for_a_time(StepRequirements::AsRequested, Duration::from_secs(3_600))],
    };
    let last = Step { requirements: StepRequirements::LanguageOnly, ..Step::default() };
    let settings = Queue { steps: first.into_iter().chain([last]).collect(), ..Queue::default() };
    let queues: BTreeMap<_, _> = (0..QUEUES).map(|number| (queue(number), settings.clone())).collect();
    Configuration { queues, ..Configuration::default() }
}

struct Run {
    router: Router,
    variety: Variety,
    /// Tasks ask only so many different things; none: all that agents can do.
    kinds: Option<u64>,
    profiles: Vec<AgentProfile>,
    mixed: Mixed,
    now: Timestamp,
    tasks: u64,
    offers: Vec<(ReservationId, AgentId)>,
    held: Vec<TaskId>,
    outputs: Vec<Output>,
    nanoseconds: Vec<u32>,
    by_kind: HashMap<&'static str, (u64, u64)>,
    decisions: u64,
}

impl Run {
    fn new(agents: u32, variety: Variety, kinds: Option<u64>) -> Self {
        let mut run = Self {
            router: Router::new(organisation(variety), 42),
            variety,
            kinds,
            profiles: (0..agents).map(|number| profile(number, variety)).collect(),
            mixed: Mixed(88_172_645_463_325_252),
            now: Timestamp(1_700_000_000_000),
            tasks: 0,
            offers: Vec::new(),
            held: Vec::new(),
            outputs: Vec::new(),
            nanoseconds: Vec::new(),
            by_kind: HashMap::new(),
            decisions: 0,
        };
        let before = resident();
        for number in 0..agents {
            let profile = run.profiles[number as usize].clone();
            run.feed("profile", Input::AgentUpserted { profile });
        }
        print_memory("an agent", agents, before);
        run
    }

    fn log_all_in(&mut self, agents: u32) {
        let available = PresenceName::new("available").expect("a short name");
        for number in 0..agents {
            self.feed(
                "presence",
                Input::PresenceChanged { agent: agent(number), presence: available.clone() },
            );
        }
    }

    fn feed(&mut self, kind: &'static str, input: Input) {
        let begun = Instant::now();
        self.router.handle(self.now, input, &mut self.outputs);
        let took = begun.elapsed();
        self.nanoseconds.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
        let counted = self.by_kind.entry(kind).or_default();
        *counted = (counted.0 + 1, counted.1 + u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        for output in self.outputs.drain(..) {
            match output {
                Output::Offered { reservation, agent, .. } => {
                    self.decisions += 1;
                    self.offers.push((reservation, agent));
                }
                Output::Assigned { task, .. } => self.held.push(task),
                _ => {}
            }
        }
    }

    fn next_task(&mut self) -> TaskRequest {
        self.tasks += 1;
        let agents = u32::try_from(self.profiles.len()).expect("few");
        let mut of_kind =
            self.kinds.map(|kinds| Mixed((self.tasks % kinds + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let mixed = of_kind.as_mut().unwrap_or(&mut self.mixed);
        let can = &self.profiles[mixed.below(agents) as usize];
        let task = task(self.tasks, can, mixed, self.now);
        if self.variety == Variety::Expressions && mixed.below(2) == 0 { asking(task, can) } else { task }
    }

    fn arrive(&mut self) {
        let task = self.next_task();
        self.feed("arrive", Input::TaskArrived { task });
    }

    fn answer(&mut self) {
        let chosen = self.mixed.below(u32::try_from(self.offers.len()).expect("few")) as usize;
        let (reservation, agent) = self.offers.swap_remove(chosen);
        if self.mixed.below(20) == 0 {
            self.feed("reject", Input::Reject { reservation, agent, reason: None });
        } else {
            self.feed("accept", Input::Accept { reservation, agent });
        }
    }

    fn complete(&mut self) {
        let chosen = self.mixed.below(u32::try_from(self.held.len()).expect("few")) as usize;
        let task = self.held.swap_remove(chosen);
        self.feed("complete", Input::Completed { task });
    }

    /// One event of the steady state: offers are answered, work ends, and new work comes in its place.
    fn step(&mut self, backlog: usize) {
        let waiting = self.router.open_tasks().saturating_sub(self.held.len() + self.offers.len());
        match self.mixed.below(3) {
            0 if !self.offers.is_empty() => self.answer(),
            1 if waiting < backlog => self.arrive(),
            _ if !self.held.is_empty() => self.complete(),
            _ => self.answer(),
        }
    }
}

/// Nanoseconds this process has been on a processor; a busy machine does not add to it. None where the
/// system does not say.
fn on_processor() -> Option<u64> {
    let statistics = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok()
}

fn measure(name: &str, agents: u32, backlog: usize, variety: Variety) -> f64 {
    let mut run = Run::new(agents, variety, None);
    // Everybody fills up first, so that what comes after waits.
    run.log_all_in(agents);
    while run.router.open_tasks() < backlog + agents as usize * 4 {
        run.arrive();
        // They do not all come at one moment, whose steps would end at one moment.
        if variety == Variety::Steps && run.tasks.is_multiple_of(300) {
            run.now = Timestamp(run.now.0 + 1);
        }
        if run.offers.len() > 1_000 {
            for (reservation, agent) in std::mem::take(&mut run.offers) {
                run.feed("accept", Input::Accept { reservation, agent });
            }
        }
    }
    run.nanoseconds.clear();
    run.by_kind.clear();
    run.decisions = 0;
    let (begun, begun_at) = (Instant::now(), on_processor());
    for event in 0..EVENTS {
        if event % 1_000 == 0 {
            run.now = Timestamp(run.now.0 + 3);
        }
        run.step(backlog);
    }
    let elapsed = begun.elapsed();
    let busy = begun_at.and_then(|begun| Some(Duration::from_nanos(on_processor()? - begun)));
    let inside: u64 = run.nanoseconds.iter().map(|nanoseconds| u64::from(*nanoseconds)).sum();
    run.nanoseconds.sort_unstable();
    let at = |share: usize| f64::from(run.nanoseconds[run.nanoseconds.len() * share / 1_000 - 1]) / 1_000.0;
    let events = f64::from(EVENTS);
    let rate = events / Duration::from_nanos(inside).as_secs_f64();
    println!(
        "{name}: {agents} agents, {QUEUES} queues, {SKILLS} skills, {} open tasks",
        run.router.open_tasks()
    );
    println!(
        "  {rate:.0} events/s inside the router ({:.0}/s with the harness), {} offers",
        events / elapsed.as_secs_f64(),
        run.decisions
    );
    if let Some(busy) = busy {
        println!("  {:.0} events/s of processor time, with the harness", events / busy.as_secs_f64());
    }
    println!(
        "  µs an event: p50 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.0}",
        at(500),
        at(990),
        at(999),
        at(1_000)
    );
    let mut kinds: Vec<_> = run.by_kind.iter().collect();
    kinds.sort();
    for (kind, (count, nanoseconds)) in kinds {
        println!(
            "    {kind:9} {count:8}  mean {:.2} µs",
            Duration::from_nanos(nanoseconds / count).as_secs_f64() * 1e6
        );
    }
    busy.map_or(rate, |busy| events / busy.as_secs_f64())
}

/// Bytes of memory this process has; none where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1_024)
}

/// What was needed since then, for each of so many.
fn print_memory(what: &str, count: u32, before: Option<u64>) {
    if let (Some(before), Some(now)) = (before, resident()) {
        println!("  memory {what}: {} bytes", now.saturating_sub(before) / u64::from(count));
    }
}

/// After a restart: all tasks are told, then agents log in.
fn recover(backlog: u32, agents: u32, kinds: Option<u64>) {
    let asked =
        kinds.map_or("whatever agents can do".to_owned(), |kinds| format!("{kinds} different things"));
    println!("restart with {backlog} waiting, who ask {asked}, and {agents} agents");
    let mut run = Run::new(agents, Variety::Teams, kinds);
    let before = resident();
    let begun = Instant::now();
    for _ in 0..backlog {
        let task = run.next_task();
        let queued_since = run.now;
        run.feed("restore", Input::TaskRestored { task, queued_since, state: RestoredState::Pending });
    }
    let told = begun.elapsed();
    print_memory("a waiting task", backlog, before);
    run.log_all_in(1);
    let first = begun.elapsed();
    run.log_all_in(agents);
    println!(
        "  told in {told:.0?}, first offer after {first:.0?}, {} offers to all agents after {:.0?}",
        run.decisions,
        begun.elapsed()
    );
}

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let sizes = [("small", 10_000, 100_000), ("large", 100_000, 1_000_000)];
    for variety in [Variety::Teams, Variety::Individuals, Variety::Steps, Variety::Expressions] {
        let wanted =
            sizes.iter().filter(|(size, ..)| wants(size) || wants(&format!("{size}-{}", variety.name())));
        let description = variety.description();
        let rates: Vec<_> = wanted
            .map(|(size, agents, backlog)| {
                measure(&format!("{size}, {description}"), *agents, *backlog, variety)
            })
            .collect();
        if let [small, large] = rates[..] {
            println!("{description}: the large organisation is {:.2} times slower", small / large);
        }
    }
    if wants("recover") {
        recover(100_000, 10_000, None);
        recover(1_000_000, 100_000, None);
    }
    // Each in a process of its own: what was freed before would hide what is needed.
    if wants("recover-kinds") {
        recover(1_000_000, 100_000, Some(500));
    }
    if wants("recover-large") {
        recover(1_000_000, 100_000, None);
    }
}
