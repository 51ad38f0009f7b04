#include "counter/counter.hpp"

int Counter::next() { return ++served_; }
