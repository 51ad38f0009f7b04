#pragma once

class Counter {
public:
    int next();

private:
    int served_ = 0;
};
