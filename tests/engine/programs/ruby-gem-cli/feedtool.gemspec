require_relative "lib/feedtool/version"

Gem::Specification.new do |spec|
  spec.name = "feedtool"
  spec.version = Feedtool::VERSION
  spec.summary = "Reads feeds"
  spec.authors = ["A. Nobody"]
  spec.license = "MIT"
  spec.homepage = "http://feedtool.example"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir["lib/**/*.rb", "templates/*", "locales/*", "schema/*", "exe/*"]
  spec.bindir = "exe"
  spec.executables = ["feedtool"]
  spec.add_dependency "thor", "~> 1.2"
  spec.add_dependency "nokogiri", ">= 1.13"
  spec.add_dependency "i18n", "~> 1.8"
  spec.add_dependency "tzinfo", ">= 1.2"
  spec.add_dependency "kramdown", "~> 2.3"
  spec.add_dependency "kramdown-parser-gfm", "~> 1.1"
  spec.add_dependency "rouge", "~> 3.0"
end
