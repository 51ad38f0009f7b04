from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel, EmailStr
from sqlalchemy import select
from .. import db
router = APIRouter(prefix="/people")


class New(BaseModel):
    mail: EmailStr


@router.post("")
async def add(new: New):
    async with db.Session() as session:
        if not (await session.scalars(select(db.Person).where(db.Person.mail == new.mail))).first():
            session.add(db.Person(mail=new.mail))
            await session.commit()
        return [one.mail for one in await session.scalars(select(db.Person).order_by(db.Person.id))]


@router.post("/upload")
async def upload(file: UploadFile, note: str = Form()):
    return {"size": len(await file.read()), "note": note}
