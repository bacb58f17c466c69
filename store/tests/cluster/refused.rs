//! What is refused at the door, with reason and remedy: old versions, clocks apart, missing rights.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::cluster::{Cluster, JoinError, RedisOptions};

use crate::server::Server;
use crate::support::*;

/// The rights that docs/cluster.md gives.
const RIGHTS: &str = "~tandem:* &tandem:* -@all +evalsha +script|load +get +set +del +exists +pttl +pexpire \
     +hget +hset +hmget +hdel +hscan +time +info +xadd +xlen +xdel +xack +xrange +xpending +xclaim \
     +xreadgroup +xgroup|create +zadd +zscore +zremrangebyscore +publish +subscribe +ping +cluster|slots";

#[tokio::test]
async fn the_least_rights_suffice_and_fewer_do_not() {
    let server = Server::start(&[]);
    let mut line = vec!["ACL", "SETUSER", "tandem", "on", ">secret"];
    line.extend(RIGHTS.split_whitespace());
    assert_eq!(server.command(&line), "OK");
    let mut options = RedisOptions::single(&server.address());
    (options.user, options.password) = (Some("tandem".into()), Some("secret".into()));
    let cluster = Cluster::redis(options.clone()).await.unwrap();
    let (a, b) = (join(&cluster, "a").await, join(&cluster, "b").await);
    let owned = own(&a, session(1)).await;
    a.save_snapshot(&owned, bytes("snapshot")).await.unwrap();
    a.release(&owned).await.unwrap();
    let asked = a.clone();
    let answer = tokio::spawn(async move {
        asked.ask(node("b"), bytes("question"), Duration::from_secs(10)).await.unwrap()
    });
    let question = b.next().await.unwrap();
    b.reply(&question, bytes("answer")).await.unwrap();
    assert_eq!(answer.await.unwrap(), "answer");
    a.announce(model::AgentId::new("ana").unwrap(), 1, bytes("Available")).await.unwrap();
    assert_eq!(a.presences().await.unwrap().len(), 1);
    assert!(a.dead_letters(1).await.unwrap().is_empty());
    a.hint(&store::cluster::Audience::All, bytes("tick")).await.unwrap();
    a.leave().await.unwrap();
    let log = server.command(&["ACL", "LOG"]);
    assert!(log.is_empty(), "a right was missing: {log}");

    server.command(&["ACL", "SETUSER", "tandem", "-evalsha"]);
    let Err(error) = cluster.join(options_of("c")).await else { panic!("it joined without rights") };
    assert!(matches!(error, JoinError::Denied { .. }), "{error}");
    options.password = Some("wrong".into());
    let error = Cluster::redis(options).await.unwrap_err();
    assert!(matches!(error, JoinError::Denied { .. }), "{error}");
}

fn options_of(name: &str) -> store::cluster::NodeOptions {
    options(name)
}

#[tokio::test]
async fn an_old_redis_is_refused_with_its_version() {
    let address = pretend("6.0.16", SystemTime::now());
    let error = Cluster::redis(RedisOptions::single(&address)).await.unwrap_err();
    assert!(matches!(&error, JoinError::Version { found } if found == "6.0.16"), "{error}");
}

#[tokio::test]
async fn clocks_apart_are_refused_either_way() {
    let hour = Duration::from_secs(3_600);
    for theirs in [SystemTime::now() + hour, SystemTime::now() - hour] {
        let address = pretend("7.0.15", theirs);
        let error = Cluster::redis(RedisOptions::single(&address)).await.unwrap_err();
        assert!(matches!(&error, JoinError::ClocksApart { .. }), "{error}");
        assert!(error.to_string().contains("synchronise"), "{error}");
    }
    let address = pretend("7.0.15", SystemTime::now() - Duration::from_millis(500));
    Cluster::redis(RedisOptions::single(&address)).await.unwrap();
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_named_in_time() {
    let address = format!("127.0.0.1:{}", crate::server::free_port());
    let begun = std::time::Instant::now();
    let error = Cluster::redis(RedisOptions::single(&address)).await.unwrap_err();
    assert!(matches!(error, JoinError::Unreachable { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(4));
    let error = Cluster::redis(RedisOptions::single("no port")).await.unwrap_err();
    assert!(matches!(error, JoinError::Settings { .. }), "{error}");
}

/// Something that says it is this version, at this time, and OK to all else. Ends with the test.
fn pretend(version: &str, time: SystemTime) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let info = format!("# Server\r\nredis_version:{version}\r\n");
    let info = format!("${}\r\n{info}\r\n", info.len());
    let seconds = time.duration_since(UNIX_EPOCH).unwrap();
    let (seconds, micros) = (seconds.as_secs().to_string(), seconds.subsec_micros().to_string());
    let time = format!("*2\r\n${}\r\n{seconds}\r\n${}\r\n{micros}\r\n", seconds.len(), micros.len());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (info, time) = (info.clone(), time.clone());
            std::thread::spawn(move || answer(stream.unwrap(), &info, &time));
        }
    });
    address
}

fn answer(stream: TcpStream, info: &str, time: &str) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let Some(count) = length(&mut reader) else { return };
        let mut words = Vec::new();
        for _ in 0..count {
            let Some(length) = length(&mut reader) else { return };
            let mut word = vec![0; length + 2];
            reader.read_exact(&mut word).unwrap();
            words.push(String::from_utf8_lossy(&word[..length]).to_uppercase());
        }
        let said = match words[0].as_str() {
            "INFO" => info,
            "TIME" => time,
            _ => "+OK\r\n",
        };
        writer.write_all(said.as_bytes()).unwrap();
    }
}

/// The number in a line like "*3" or "$5".
fn length(reader: &mut impl BufRead) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.trim().get(1..)?.parse().ok()
}
