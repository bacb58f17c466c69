//! Sockets of customers and agents, opened as browsers open them.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use super::organisation;

/// Bytes of each of a socket's buffers, for there are many.
const BUFFER: usize = 4 * 1024;

pub struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens `path`, from a page of the server's own; `cookie` is a login's.
    pub async fn open(address: SocketAddr, path: &str, cookie: Option<&str>) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(&format!("http://{address}"))?);
        if let Some(cookie) = cookie {
            headers.insert("cookie", HeaderValue::from_str(cookie)?);
        }
        let config = WebSocketConfig::default().read_buffer_size(BUFFER).write_buffer_size(BUFFER);
        let opening = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
        let (socket, _) = Box::pin(opening).await.with_context(|| format!("cannot open {path}"))?;
        Ok(Self(socket))
    }

    pub async fn send(&mut self, frame: &impl Serialize) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(serde_json::to_string(frame)?)).await?)
    }

    /// The next text.
    pub async fn next(&mut self) -> anyhow::Result<Utf8Bytes> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => bail!("the server closed: {frame:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => bail!("the server is gone"),
            }
        }
    }
}

/// Logs an agent in; answers the cookies.
pub async fn log_in(client: &reqwest::Client, address: SocketAddr, agent: u16) -> anyhow::Result<String> {
    let user = organisation::agent(agent);
    let body = serde_json::json!({ "user": user, "password": organisation::PASSWORD }).to_string();
    let request =
        client.post(format!("http://{address}/v1/login")).header("content-type", "application/json");
    let response = request.body(body).send().await?;
    if !response.status().is_success() {
        bail!("{user} cannot log in: {} (is it the organisation of `tandem load`?)", response.status());
    }
    let cookies = response.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
    let cookies: Vec<_> = cookies.filter_map(|cookie| cookie.split(';').next()).collect();
    Ok(cookies.join("; "))
}
