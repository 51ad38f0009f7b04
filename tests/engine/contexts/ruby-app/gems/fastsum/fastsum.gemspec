Gem::Specification.new do |spec|
  spec.name = 'fastsum'
  spec.version = '0.3.1'
  spec.summary = 'Adds, in C.'
  spec.authors = ['Example']
  spec.homepage = 'https://example.org/fastsum'
  spec.license = 'MIT'
  spec.files = Dir['lib/**/*', 'ext/**/*']
  spec.extensions = ['ext/fastsum/extconf.rb']
end
