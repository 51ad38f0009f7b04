require "digest"
require "openssl"
require "zlib"
require "bigdecimal"

Feedtool::Filters::Digest = lambda do |text|
  [::Digest::SHA256.hexdigest(text)[0, 16], OpenSSL::HMAC.hexdigest("SHA512", "key", text)[0, 16], Zlib.crc32(text).to_s(16), (BigDecimal(text.size) / 7).round(12).to_s("F")]
end
