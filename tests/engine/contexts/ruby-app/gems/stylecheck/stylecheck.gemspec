Gem::Specification.new do |spec|
  spec.name = 'stylecheck'
  spec.version = '2.0.0'
  spec.summary = 'Looks at style.'
  spec.authors = ['Example']
  spec.homepage = 'https://example.org/stylecheck'
  spec.license = 'MIT'
  spec.files = Dir['lib/**/*', 'exe/*']
  spec.bindir = 'exe'
  spec.executables = ['stylecheck']
end
