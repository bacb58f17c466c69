//! The widget, the agents' console and the supervisors' board in real browsers, on a whole server.
//! Pictures are kept in `test-output/browser`.

#![cfg(feature = "web")]
#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Channel, Language, RejectReason};
use support::House;
use support::browser::play;
use support::mail::{self, Mailbox};
use tandem::configuration::organisation::{
    ChannelRule, Delivery, End, Organisation, Overflow, Queue, RejectReasonEntry, Way,
};

fn support_queue(organisation: &mut Organisation) -> &mut Queue {
    organisation.queues.iter_mut().find(|queue| queue.id.as_str() == "support").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_an_agent_and_a_supervisor_see_the_same_story() {
    play(&House::open().await, "story").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_in_the_way_of_those_who_cannot_see_or_use_a_mouse() {
    play(&House::open().await, "accessible").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_needs_no_mouse() {
    play(&House::open().await, "keyboard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widget_speaks_the_customers_language_and_runs_its_way() {
    play(&House::open().await, "languages").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_both_ways() {
    play(&House::open().await, "files").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_listens_whispers_joins_and_takes_over() {
    play(&House::open().await, "supervising").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_why_and_why_it_was_so_a_moment_ago() {
    play(&House::open().await, "why").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_plays_the_day_again_with_other_rules() {
    play(&House::open().await, "simulation").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_from_the_keyboard_and_in_their_language() {
    play(&House::open().await, "desk").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallboard_is_read_from_five_metres() {
    play(&House::open().await, "wallboard").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_of_one_agent_agree() {
    play(&House::open().await, "two_tabs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_are_loaded_anew_miss_nothing_and_repeat_nothing() {
    play(&House::open().await, "reload").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_without_a_connection_goes_out_by_itself() {
    play(&House::open().await, "away").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_fit_a_small_window_and_a_large_zoom() {
    play(&House::open().await, "windows").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_picks_from_a_list_and_it_is_gone_from_the_others_list() {
    let house = House::open_with(|_, organisation| support_queue(organisation).delivery = Delivery::Pull);
    play(&house.await, "picking").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_declines_for_a_reason_and_a_supervisor_gives_it_to_another() {
    let house = House::open_with(|_, organisation| {
        let reason = |id: &str, name: &str| RejectReasonEntry {
            id: RejectReason::new(id).unwrap(),
            name: name.into(),
            delay: Some(Duration::from_secs(600)),
            queues: Vec::new(),
        };
        organisation.reject_reasons =
            vec![reason("writing", "Still writing"), reason("skill", "Not my subject")];
    });
    play(&house.await, "giving").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_rings_at_several_and_who_is_late_is_told_who_was_faster() {
    let house = House::open_with(|_, organisation| support_queue(organisation).offers_at_once = 2);
    play(&house.await, "ringing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_asked_about_a_callback_and_an_agent_calls() {
    let house = House::open_with(|_, organisation| {
        let text =
            [(Language::new("en").unwrap(), "It takes long today. Shall we call you back?".to_owned())];
        let way = Way {
            end: Some(End::Callback),
            text: text.into(),
            attempts: Some(2),
            interval: Some(Duration::from_secs(3_600)),
            ..Way::default()
        };
        let support = support_queue(organisation);
        support.deadline = Some(Duration::from_secs(1));
        support.overflow = Some(Overflow::Way(Box::new(way)));
    });
    play(&house.await, "calling_back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_queues_are_closed_customers_are_told_and_it_goes_on_when_they_open() {
    let house = House::open_with(|settings, _| {
        // The place is told a few times in so long.
        settings.chat.silence = Duration::from_secs(8);
    });
    play(&house.await, "closing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_is_held_for_a_chat_says_so_and_comes_back() {
    let mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        mail::both_ways(settings, &mails);
        let alone = ChannelRule { beside: Some(BTreeSet::new()), ..ChannelRule::default() };
        let email = ChannelRule { yields_to: BTreeSet::from([Channel::Chat]), ..ChannelRule::default() };
        organisation.channels = [(Channel::Chat, alone), (Channel::Email, email)].into();
    })
    .await;
    let address = "help@outdoor.localhost";
    let text = format!(
        "From: Dora Weber <dora@example.test>\nTo: {address}\nSubject: Tent\n\
         Message-ID: <m1@example.test>\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\n\
         My tent leaks, what can I do?\n"
    );
    mail::deliver(&house, "dora@example.test", address, &text).await;
    play(&house, "holding").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_are_merged_by_their_agent_and_parted_again() {
    play(&House::open().await, "merging").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_needs_a_second_factor_sets_it_up_and_comes_back_with_a_code() {
    let house = House::open_with(|settings, _| {
        settings.auth.second_factor.agent = tandem::configuration::settings::Demand::Required;
    });
    play(&house.await, "second_factor").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_ends_logins_and_reads_who_did_what() {
    play(&House::open().await, "account").await;
}
