from pathlib import Path
from fastapi import FastAPI, Form, Request
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    greeting: str = "hello"
here = Path(__file__).parent
app = FastAPI()
app.mount("/static", StaticFiles(directory=here / "static"))
templates = Jinja2Templates(directory=here / "templates")
@app.get("/")
def home(request: Request):
    return templates.TemplateResponse(request, "home.html", {"greeting": Settings().greeting})
@app.post("/form")
def form(name: str = Form()):
    return {"name": name}
