new WebSocket(`ws://${location.host}/ws`, "chat.v1").onmessage = e => console.log(e.data)
