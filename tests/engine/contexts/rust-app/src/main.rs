//! A small HTTP service on the standard library alone.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

fn answer(mut stream: TcpStream, served: usize) -> std::io::Result<()> {
    let mut request = String::new();
    BufReader::new(&stream).read_line(&mut request)?;
    let body = if request.starts_with("GET /health ") {
        "{\"status\":\"OK\"}\n".to_string()
    } else {
        format!("Hello from Rust! {} so far\n", plural::count(served, "request"))
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".into());
    let listener = TcpListener::bind(format!("0.0.0.0:{port}"))?;
    for (served, stream) in listener.incoming().enumerate() {
        if let Err(error) = answer(stream?, served) {
            eprintln!("{error}");
        }
    }
    Ok(())
}
