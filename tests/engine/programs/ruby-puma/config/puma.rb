bind 'tcp://0.0.0.0:9106'
threads 1, 4
environment ENV.fetch('RACK_ENV', 'development')
rackup File.expand_path('../config.ru', __dir__)
quiet
