import os, subprocess
DOT = os.environ.get("DOT", "dot")
def draw(text):
    return subprocess.run([DOT, "-Tsvg"], input=text.encode(), capture_output=True, check=True).stdout
