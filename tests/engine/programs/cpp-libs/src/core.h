#pragma once
#include <string>
std::string fetch(const std::string &url);
std::string pq(const std::string &info);
std::string number(double n, const std::string &locale);
std::string upper(const std::string &text, const std::string &locale);
