//! The router's explanation in words, for people.

use model::task::Requirements;
use model::{AgentId, Timestamp};
use routing::{Explanation, Need, PassedOver, Refusal, Rule, Selection, Share, Standing};

use crate::console::wire::{CandidateView, ExplanationView, NeedView};

/// The explanation of a moment, for people.
pub fn view(explanation: &Explanation, at: Timestamp) -> ExplanationView {
    let choice = choice(&explanation.standing);
    let chosen = holder(&explanation.standing);
    let candidates = explanation.candidates.iter().map(|candidate| CandidateView {
        agent: candidate.agent.clone(),
        chosen: chosen == Some(&candidate.agent),
        reason: match &candidate.passed_over {
            None if chosen == Some(&candidate.agent) => "has it".to_owned(),
            None if rings_besides(&explanation.standing, &candidate.agent) => "is asked too".to_owned(),
            None => "could take it".to_owned(),
            Some(reason) => not_chosen(reason, choice),
        },
    });
    ExplanationView {
        task: explanation.task,
        queue: explanation.queue.clone(),
        at,
        waiting_since: explanation.waiting_since,
        headline: headline(explanation),
        position: position(&explanation.standing),
        step: step(&explanation.standing),
        step_until: until(&explanation.standing),
        asks: Some(requirements(&explanation.requirements)).filter(|asks| !asks.is_empty()),
        agents: explanation.agents,
        matching_agents: explanation.matching,
        candidates: candidates.collect(),
        rule: choice.map(|choice| rule(&choice.rule)),
        chosen: chosen.cloned(),
        chosen_at: choice.map(|choice| choice.at),
        runner_up: choice.and_then(|choice| choice.runner_up.clone()),
        remedy: remedy(explanation),
        needs: explanation
            .needs
            .iter()
            .map(|need| NeedView { what: what(need, explanation), at: when(need) })
            .collect(),
    }
}

/// Why an agent does not have what another has: by the rule that decided, not by the queue's usual one.
fn not_chosen(reason: &PassedOver, choice: Option<&routing::Choice>) -> String {
    let (PassedOver::NotSelected { .. }, Some(choice)) = (reason, choice) else { return passed_over(reason) };
    match choice.rule {
        Rule::PreferredAgent => "it went to the agent of last time".to_owned(),
        Rule::TransferredToAgent => "it was sent to another".to_owned(),
        Rule::Picked => "another picked it".to_owned(),
        Rule::GivenToAgent => "it was given to another".to_owned(),
        Rule::FirstInLine { .. } => "another became free first".to_owned(),
        Rule::Selected { .. } => passed_over(reason),
    }
}

fn rings_besides(standing: &Standing, agent: &AgentId) -> bool {
    matches!(standing, Standing::Offered { others, .. } if others.iter().any(|other| other.agent == *agent))
}

fn position(standing: &Standing) -> Option<u32> {
    match standing {
        Standing::Waiting { position, .. }
        | Standing::WaitingForAgent { position, .. }
        | Standing::ToPick { position, .. }
        | Standing::Closed { position, .. } => Some(*position),
        _ => None,
    }
}

/// Of a task in hand, the step in which it was offered.
fn step(standing: &Standing) -> Option<String> {
    match standing {
        Standing::Waiting { step, steps, skipped, .. } if skipped.is_empty() => {
            Some(format!("{step} of {steps}"))
        }
        Standing::Waiting { step, steps, skipped, .. } => {
            let skipped: Vec<_> = skipped.iter().map(ToString::to_string).collect();
            Some(format!("{step} of {steps} (nobody is there for {})", skipped.join(", ")))
        }
        Standing::ToPick { step, steps, .. } => Some(format!("{step} of {steps}")),
        other => choice(other)?.step.map(|step| step.to_string()),
    }
}

fn until(standing: &Standing) -> Option<Timestamp> {
    match standing {
        Standing::Waiting { until, .. }
        | Standing::ToPick { until, .. }
        | Standing::WaitingForAgent { until, .. } => *until,
        Standing::Closed { opens_at, .. } => *opens_at,
        Standing::Scheduled { not_before, .. } => Some(*not_before),
        Standing::Calling { until, .. } => Some(*until),
        Standing::Offered { expires_at, .. } => Some(*expires_at),
        Standing::Assigned { .. } | Standing::Wrapping { .. } => None,
    }
}

/// Why this agent: what an offer says of itself.
pub fn why(explanation: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(choice) = choice(&explanation.standing) {
        lines.push(capitalised(&rule(&choice.rule)));
    }
    let asked = requirements(&explanation.requirements);
    if !asked.is_empty() {
        lines.push(format!("You have what it asks: {asked}"));
    }
    lines
}

fn choice(standing: &Standing) -> Option<&routing::Choice> {
    match standing {
        Standing::Offered { choice, .. }
        | Standing::Calling { choice, .. }
        | Standing::Assigned { choice, .. }
        | Standing::Wrapping { choice, .. } => choice.as_ref(),
        _ => None,
    }
}

fn holder(standing: &Standing) -> Option<&model::AgentId> {
    match standing {
        Standing::Offered { agent, .. }
        | Standing::Calling { agent, .. }
        | Standing::Assigned { agent, .. }
        | Standing::Wrapping { agent, .. } => Some(agent),
        _ => None,
    }
}

fn headline(explanation: &Explanation) -> String {
    let queue = &explanation.queue;
    match &explanation.standing {
        Standing::Waiting { .. } => format!(
            "Waits in {queue}: {} of {} agents could handle it",
            explanation.matching, explanation.agents
        ),
        Standing::ToPick { .. } => format!("Waits in {queue} to be picked"),
        Standing::WaitingForAgent { agent, .. } => format!("Waits in {queue} for {agent}"),
        Standing::Closed { because: Some(reason), .. } => format!("Waits: {queue} was closed: {reason}"),
        Standing::Closed { .. } => format!("Waits: {queue} is closed"),
        Standing::Scheduled { attempts: Some(left), .. } => {
            format!("Waits in {queue} until the customer is called again: {left} calls are left")
        }
        Standing::Scheduled { .. } => format!("Waits in {queue} for its time"),
        Standing::Calling { agent, .. } => format!("The customer is called for {agent}"),
        Standing::Offered { agent, others, .. } => {
            let others: String = others.iter().map(|other| format!(", {}", other.agent)).collect();
            format!("Rings at {agent}{others}")
        }
        Standing::Assigned { agent, .. } => format!("Is with {agent}"),
        Standing::Wrapping { agent, .. } => format!("{agent} is wrapping it up"),
    }
}

fn rule(rule: &Rule) -> String {
    match rule {
        Rule::PreferredAgent => "the agent of last time was free".to_owned(),
        Rule::TransferredToAgent => "it was sent to this agent".to_owned(),
        Rule::Selected { by } => format!("{} of the agents who match", selected(*by)),
        Rule::Picked => "picked from the list".to_owned(),
        Rule::GivenToAgent => "given to this agent".to_owned(),
        Rule::FirstInLine { share } => {
            format!("first in line when the agent became free{}", shared(*share))
        }
    }
}

fn shared(share: Share) -> &'static str {
    match share {
        Share::InOrder => "",
        Share::Strict => ", its queue before others",
        Share::Weighted => ", its queue's turn by weight",
        Share::ServiceLevel => ", and costs most to leave waiting",
    }
}

fn selected(by: Selection) -> &'static str {
    match by {
        Selection::LongestIdle(_) => "idle the longest",
        Selection::MostProficient => "the most proficient",
        Selection::LeastProficient => "the least proficient who is good enough",
        Selection::FewestActive => "the fewest tasks in hand",
        Selection::RoundRobin => "next in turn",
        Selection::Random => "drawn by lot",
    }
}

fn requirements(requirements: &Requirements) -> String {
    let skills = requirements.skills.iter();
    let mut asked: Vec<_> =
        skills.map(|required| format!("{} ≥ {}", required.skill, required.level.get())).collect();
    asked.extend(requirements.language.iter().map(|language| format!("language {language}")));
    asked.extend(requirements.conditions.iter().map(|condition| condition.as_str().to_owned()));
    asked.join(", ")
}

/// Why a task does not go to somebody, in words.
pub fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotForAgent { agent, because, .. } => format!("{agent} {}", passed_over(because)),
        other => other.to_string(),
    }
}

pub fn passed_over(reason: &PassedOver) -> String {
    match reason {
        PassedOver::NotInQueue { queue } => format!("does not serve {queue}"),
        PassedOver::ChannelNotHandled { channel } => format!("takes no {channel}"),
        PassedOver::MissingSkill { skill, level, has: Some(has) } => {
            format!("{skill} {} is below {}", has.get(), level.get())
        }
        PassedOver::MissingSkill { skill, .. } => format!("does not have {skill}"),
        PassedOver::MissingLanguage { language } => format!("does not speak {language}"),
        PassedOver::Expression { text, unknown: None } => format!("{text} does not hold"),
        PassedOver::Expression { text, unknown: Some(fact) } => {
            format!("{text} does not hold: {fact} is not known")
        }
        PassedOver::Presence { presence } => format!("is {presence}"),
        PassedOver::RejectedRecently { .. } => "declined it recently".to_owned(),
        PassedOver::OfferedAnother { .. } => "another offer rings".to_owned(),
        PassedOver::NoCapacity { in_hand, most } => format!("has {in_hand} of {most} in hand"),
        PassedOver::TooHeavy { weighs, in_hand, whole } => {
            format!("has {in_hand} of {whole} in hand, and this weighs {weighs}")
        }
        PassedOver::NotBeside { channel } => format!("is busy with {channel}"),
        PassedOver::OthersFirst => "others are in line before it".to_owned(),
        PassedOver::MayPick => "may pick it".to_owned(),
        PassedOver::WaitsForAnother { agent } => format!("it waits for {agent}"),
        PassedOver::QueueClosed => "the queue is closed".to_owned(),
        PassedOver::NotYet { .. } => "its time has not come".to_owned(),
        PassedOver::NotSelected { by } => match by {
            Selection::LongestIdle(_) => "another was idle longer".to_owned(),
            Selection::MostProficient => "another is more proficient".to_owned(),
            Selection::LeastProficient => "another is good enough, and this one can do more".to_owned(),
            Selection::FewestActive => "another has less in hand".to_owned(),
            Selection::RoundRobin => "it was another's turn".to_owned(),
            Selection::Random => "another was drawn".to_owned(),
        },
    }
}

/// The same, said to the agent it is about.
pub fn against_you(reason: &PassedOver) -> String {
    if matches!(reason, PassedOver::Presence { .. }) {
        return "You are not available".to_owned();
    }
    let said = passed_over(reason);
    let spoken_to = [
        ("is ", "You are "),
        ("has ", "You have "),
        ("does not ", "You do not "),
        ("takes ", "You take "),
        ("declined ", "You declined "),
        ("may ", "You may "),
    ];
    let yours = spoken_to.iter().find_map(|(theirs, yours)| Some((said.strip_prefix(theirs)?, yours)));
    yours.map_or_else(|| capitalised(&said), |(rest, yours)| format!("{yours}{rest}"))
}

fn remedy(explanation: &Explanation) -> Option<String> {
    let sentences: Vec<_> = explanation.needs.iter().map(|need| what(need, explanation)).collect();
    (!sentences.is_empty()).then(|| format!("It is served when {}", sentences.join(", or ")))
}

/// What would end the waiting, as the end of "It is served when".
fn what(need: &Need, explanation: &Explanation) -> String {
    match need {
        Need::Opening { .. } => "the queue opens".to_owned(),
        Need::Time { .. } => "its time comes".to_owned(),
        Need::FreeAgent { of } => format!("one of {of} matching agents becomes free"),
        Need::Pick { of } => format!("one of {of} matching agents picks it"),
        Need::Presence { of } => format!("one of {of} matching agents becomes available"),
        Need::MatchingAgent => match requirements(&explanation.requirements) {
            asked if asked.is_empty() => "an agent serves the queue".to_owned(),
            asked => format!("an agent with {asked} serves the queue"),
        },
        Need::NextStep { .. } => match &explanation.standing {
            Standing::WaitingForAgent { agent, .. } => format!("others than {agent} are asked too"),
            _ => "the next step relaxes what is asked".to_owned(),
        },
        Need::Deadline { .. } => "its time in the queue is over and it goes on elsewhere".to_owned(),
        Need::AskAgain { .. } => "who declined is asked again".to_owned(),
    }
}

fn when(need: &Need) -> Option<Timestamp> {
    match need {
        Need::Opening { at } => *at,
        Need::Time { at } | Need::NextStep { at } | Need::Deadline { at } | Need::AskAgain { at } => {
            Some(*at)
        }
        Need::FreeAgent { .. } | Need::Presence { .. } | Need::Pick { .. } | Need::MatchingAgent => None,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
