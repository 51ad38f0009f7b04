require 'yaml'
module Words
  def self.all
    YAML.load_file(File.join(__dir__, '..', 'words.yml'))
  end
end
