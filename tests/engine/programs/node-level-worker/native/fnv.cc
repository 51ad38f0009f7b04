#include <node_api.h>
#include <string>
static napi_value Hash(napi_env env, napi_callback_info info) {
  size_t argc = 1; napi_value args[1]; napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  size_t length = 0; napi_get_value_string_utf8(env, args[0], nullptr, 0, &length);
  std::string text(length + 1, '\0'); napi_get_value_string_utf8(env, args[0], &text[0], length + 1, &length);
  uint32_t h = 2166136261u; for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
  napi_value out; napi_create_uint32(env, h, &out); return out;
}
static napi_value Init(napi_env env, napi_value exports) { napi_value f; napi_create_function(env, "hash", NAPI_AUTO_LENGTH, Hash, nullptr, &f); napi_set_named_property(env, exports, "hash", f); return exports; }
NAPI_MODULE(fnv, Init)
