//! What a queue asks of an agent, and for how long: step after step it relaxes.

use std::borrow::Cow;
use std::time::Duration;

use model::task::{Level, Requirements, SkillRequirement};
use serde::{Deserialize, Serialize};

use crate::seconds;

/// Requirements that hold for a time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    pub requirements: StepRequirements,
    /// Added to the durations of the steps before and held against the task's age in the queue:
    /// time spent ringing counts. Without one the step is the last.
    #[serde(with = "seconds::optional", rename = "seconds")]
    pub duration: Option<Duration>,
    /// When a task passes over the step, which then takes no time. The last step is never passed over.
    pub skip_when: SkipWhen,
}

impl Step {
    /// A queue has at most so many; further ones are never passed over.
    pub const MOST: usize = 10;
}

/// When a step is passed over: judged as a task enters it, and not taken back. After a restart an
/// agent is where the log says until the presence is told; of whom nothing is known is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipWhen {
    #[default]
    Never,
    /// No agent who meets the step is logged in; also when the last one logs out while the task waits.
    NobodyLoggedIn,
    /// No agent who meets the step is in a routable presence, with room or without.
    NobodyAvailable,
}

/// How far a task has come in the steps of its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Walked {
    /// How many steps it has entered, those passed over among them.
    entered: u8,
    /// A bit for each step passed over.
    skipped: u16,
}

impl Walked {
    pub fn has_skipped(self, step: usize) -> bool {
        step < Step::MOST && self.skipped & (1 << step) != 0
    }

    pub fn skip(&mut self, step: usize) {
        if step < Step::MOST {
            self.skipped |= 1 << step;
        }
    }

    /// Whether the step is new to the task, which is in it from now on.
    pub fn enter(&mut self, step: usize) -> bool {
        let entered = u8::try_from(step + 1).unwrap_or(u8::MAX);
        let is_new = entered > self.entered;
        self.entered = self.entered.max(entered);
        is_new
    }

    pub fn is_in(self, step: usize) -> bool {
        usize::from(self.entered) == step + 1
    }
}

/// What a step asks of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepRequirements {
    /// What the task asks.
    #[default]
    AsRequested,
    /// The task's skills at lower levels (never under 1); its language and its conditions stay.
    LevelsLowerBy(u8),
    /// These, whatever the task asks.
    Only(Requirements),
    /// The step's own, besides what it takes over from the task.
    Besides(Besides),
    /// The task's language, whatever the skills.
    LanguageOnly,
    /// Any agent of the queue.
    Anyone,
}

/// A step's own requirements beside the task's. Of a skill that both ask for, the higher level holds;
/// a language of the step's own replaces the task's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Besides {
    pub own: Requirements,
    /// Also the task's own conditions.
    pub task_skills: OfTask,
    pub task_language: OfTask,
}

/// Whether something the task asks for holds in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfTask {
    #[default]
    Required,
    Ignored,
}

impl StepRequirements {
    /// What an agent must meet in this step for a task that asks for `task`.
    pub fn of<'a>(&'a self, task: &'a Requirements) -> Cow<'a, Requirements> {
        match self {
            Self::AsRequested => Cow::Borrowed(task),
            Self::LevelsLowerBy(levels) => Cow::Owned(lowered(task, *levels)),
            Self::Only(requirements) => Cow::Borrowed(requirements),
            Self::Besides(besides) => besides.of(task),
            Self::LanguageOnly => Cow::Owned(Requirements::new([], task.language.clone())),
            Self::Anyone => Cow::Owned(Requirements::NONE),
        }
    }
}

impl Besides {
    fn of<'a>(&self, task: &'a Requirements) -> Cow<'a, Requirements> {
        if *self == Self::default() {
            return Cow::Borrowed(task);
        }
        let (skills, conditions) = match self.task_skills {
            OfTask::Required => (&task.skills[..], &task.conditions[..]),
            OfTask::Ignored => (&[][..], &[][..]),
        };
        let language = match self.task_language {
            OfTask::Required => task.language.as_ref(),
            OfTask::Ignored => None,
        };
        let language = self.own.language.as_ref().or(language).cloned();
        let all = Requirements::new(self.own.skills.iter().chain(skills).cloned(), language);
        Cow::Owned(all.with_conditions(self.own.conditions.iter().chain(conditions).cloned()))
    }
}

fn lowered(requirements: &Requirements, levels: u8) -> Requirements {
    let lower = |level: Level| Level::new(level.get().saturating_sub(levels).max(1)).unwrap_or(Level::LOWEST);
    let skills = requirements
        .skills
        .iter()
        .map(|need| SkillRequirement { skill: need.skill.clone(), level: lower(need.level) });
    let lowered = Requirements::new(skills, requirements.language.clone());
    lowered.with_conditions(requirements.conditions.iter().cloned())
}
