#include "counter/counter.hpp"

int main() {
    Counter counter;
    return counter.next() == 1 && counter.next() == 2 ? 0 : 1;
}
