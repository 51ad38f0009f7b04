import shutil, subprocess
from tools import draw
print(subprocess.run("pandoc -f markdown -t html", shell=True, input=b"# A *b*", capture_output=True).stdout)
print(draw("digraph { a -> b }")[:5])
print(subprocess.check_output(["openssl", "version"])[:7])
print(bool(shutil.which("pdftotext")), subprocess.call(["qpdf", "--version"], stdout=subprocess.DEVNULL))
print(subprocess.getoutput("git --version").split()[0])
