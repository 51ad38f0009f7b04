require "ripper"
require "strscan"
require "ipaddr"
require "json"

Feedtool::Filters::Shape = lambda do |text|
  [JSON.generate(Ripper.sexp(text) ? "ruby" : "text"), StringScanner.new(text).scan(/\w+/).inspect, text.unicode_normalize(:nfd).length, IPAddr.new("10.0.0.0/8").include?("10.1.2.3")]
end
