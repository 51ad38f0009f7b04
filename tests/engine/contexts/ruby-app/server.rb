require 'bundler/setup'
require 'fastsum'
require 'greeter'
require 'webrick'

server = WEBrick::HTTPServer.new(Port: Integer(ENV.fetch('PORT', '8080')), AccessLog: [])
server.mount_proc('/') { |_, response| response.body = Greeter.greet('Ruby') }
server.mount_proc('/health') do |_, response|
  response.content_type = 'application/json'
  response.body = %({"status": "OK", "two": #{Fastsum.add(1, 1)}}\n)
end
trap('TERM') { server.shutdown }
server.start
