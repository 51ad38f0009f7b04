module Stylecheck
  LONGEST = 100
end
