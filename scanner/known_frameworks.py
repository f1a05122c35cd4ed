"""Distributions that show what depends on them: servers, web frameworks, bots, workers, orchestrators, windows."""

from __future__ import annotations

SERVERS = frozenset(
    """
    daphne gevent-websocket granian gunicorn hypercorn mangum uvicorn uwsgi waitress
    """.split()
)
WEB = frozenset(
    """
    apiflask azure-functions blacksheep bottle chainlit chalice cherrypy connexion dash django eve falcon fastapi
    fastmcp flask functions-framework gradio
    litestar masonite nicegui pyramid quart ray-serve reflex robyn sanic starlette streamlit vibora wagtail web-py
    """.split()
)
PAGES = frozenset({"chainlit", "dash", "fastmcp", "gradio", "nicegui", "streamlit"})
BOTS = frozenset(
    """
    aiogram botbuilder-core dis-snek discord discord-py discord-py-interactions disnake errbot hikari interactions-py
    khl-py line-bot-sdk naff nextcord nonebot2 opsdroid py-cord pytelegrambotapi python-telegram-bot slack-bolt slackbot
    twitchio vkbottle
    """.split()
)
CHAT_CLIENTS = frozenset({"irc", "kurigram", "matrix-nio", "pyrogram", "pyromod", "telethon", "vk-api"})
WORKERS = frozenset(
    """
    arq celery dramatiq faust-streaming huey kopf nameko procrastinate rq taskiq temporalio
    """.split()
)
QUEUES = frozenset({"aio-pika", "aiokafka", "confluent-kafka", "kafka-python", "nats-py", "paho-mqtt", "pika"})
JOBS = frozenset(
    """
    airflow apache-airflow apache-beam dagster dbt-core kedro luigi mage-ai metaflow prefect scrapy sqlmesh
    """.split()
)
GUIS = frozenset(
    """
    arcade customtkinter dearpygui flet kivy nuitka pyforms pygame pyqt5 pyqt6 pyside2 pyside6 pysimplegui textual toga
    ttkbootstrap wxpython
    """.split()
)
