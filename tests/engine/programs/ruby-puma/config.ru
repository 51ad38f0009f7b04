require_relative 'app/wiki'
use Rack::Static, urls: ['/public'], root: __dir__
use Rack::Deflater
run Wiki.new
