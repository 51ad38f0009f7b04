from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="APP_")
    title: str = "untitled"
    db: str = "sqlite+aiosqlite://"


settings = Settings()
