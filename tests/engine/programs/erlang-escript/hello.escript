#!/usr/bin/env escript
main([Name]) ->
    io:format("hello ~s ~p~n", [Name, byte_size(crypto:hash(sha256, Name))]).
