Gem::Specification.new do |spec|
  spec.name = 'greeter'
  spec.version = '1.2.0'
  spec.summary = 'Greets.'
  spec.authors = ['Example']
  spec.homepage = 'https://example.org/greeter'
  spec.license = 'MIT'
  spec.files = Dir['lib/**/*', 'README.md']
end
