import asyncio


async def run(*words, given=""):
    process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    out, err = await process.communicate(given.encode())
    return process.returncode, out.decode(), err.decode()


async def draw(text, font):
    code, out, err = await run("figlet", "-f", font, "-w", "100", text)
    if code:
        raise OSError(err)
    return out
