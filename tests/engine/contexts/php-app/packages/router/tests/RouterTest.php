<?php

assert((new Example\Router\Router(["/" => fn () => "x"]))->answer("/y") === "x");
