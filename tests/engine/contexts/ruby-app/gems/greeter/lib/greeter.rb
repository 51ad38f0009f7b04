module Greeter
  def self.greet(name)
    "Hello from #{name}!\n"
  end
end
