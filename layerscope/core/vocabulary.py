"""The words that rooms compare: each closed set of them once, as texts that reports can write as they are."""

from enum import StrEnum


class Category(StrEnum):
    """What a file is for, in the order in which categories are shown."""

    APPLICATION = "application"
    DEPENDENCY = "dependency"
    RUNTIME = "runtime"
    OS = "os"
    TOOLCHAIN = "toolchain"
    CACHE = "cache"
    SOURCE = "source"
    INTERMEDIATE = "intermediate"
    DEV_DEPENDENCY = "dev-dependency"
    DOCS = "docs"
    UNKNOWN = "unknown"


CATEGORIES = tuple(Category)

BUILD_CATEGORIES = frozenset(
    (Category.TOOLCHAIN, Category.CACHE, Category.SOURCE, Category.INTERMEDIATE, Category.DEV_DEPENDENCY)
)
"""What only building needs."""


class Ecosystem(StrEnum):
    """The world of tools that a program or a component is of; ``NONE`` where it is of no particular one."""

    NONE = ""
    SHELL = "shell"
    C = "c"
    GO = "go"
    RUST = "rust"
    PYTHON = "python"
    NODE = "node"
    JVM = "jvm"
    DOTNET = "dotnet"
    RUBY = "ruby"
    PHP = "php"
    PERL = "perl"
    LUA = "lua"
    R = "r"
    ERLANG = "erlang"
    ELIXIR = "elixir"
    ML = "ml"
    VCS = "vcs"
    OS = "os"
    OTHER = "other"


class Linkage(StrEnum):
    """How a program finds its libraries: in itself, by one of the two C libraries, or as a script by its interpreter."""

    STATIC = "static"
    GLIBC = "glibc"
    MUSL = "musl"
    SCRIPT = "script"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What the program needs a path for. ``RUNTIME`` are a language's own files (standard library, virtual machine),
    ``DEPENDENCY`` its packages, ``LINK`` is a symbolic link on the way to something needed."""

    PROGRAM = "program"
    INTERPRETER = "interpreter"
    LIBRARY = "library"
    CERTIFICATES = "certificates"
    ZONEINFO = "zoneinfo"
    DATA = "data"
    USER = "user"
    HEALTHCHECK = "healthcheck"
    LINK = "link"
    RUNTIME = "runtime"
    DEPENDENCY = "dependency"


class Rung(StrEnum):
    """How something is known to be needed, the firmest first: every path has its proof; what a person installed stays whole;
    all stays but what only builds, as nothing is known of what starts."""

    FOLLOWED = "followed"
    CLOSURE = "closure"
    SUBTRACTED = "subtracted"


class Confidence(StrEnum):
    """How sure it is that the program does not need what a finding counts."""

    DEAD = "dead"
    BUILD_ONLY = "build-only"
    UNREACHED = "unreached"
    UNKNOWN = "unknown"
