require 'sinatra'
require 'json'
require 'sqlite3'
require_relative 'lib/words'
set :server, :puma
get('/') { erb :index }
get('/json') { content_type :json; { words: Words.all, db: SQLite3::Database.new(':memory:').execute('select 1') }.to_json }
