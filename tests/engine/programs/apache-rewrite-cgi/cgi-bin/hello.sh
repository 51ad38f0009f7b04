#!/bin/sh
export WHO=world
printf "Content-Type: text/plain\n\n"
envsubst < ${0%/*}/hello.tpl
