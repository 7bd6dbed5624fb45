// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "oracle.hpp"

#include "failure.hpp"

#include <boost/range/algorithm/count_if.hpp>

namespace filelock_tool {

void verify_oracle::begin(std::size_t holder, bool is_shared)
{
    auto const number = holds_.size();
    holds_.push_back({is_shared});
    for (auto const other : present_)
        if (!is_shared || !holds_[other].is_shared)
            overlapping_.emplace_back(other, number);
    present_.insert(number);
    last_[holder] = number;
}

void verify_oracle::end(std::size_t holder)
{
    auto const last = last_.find(holder);
    if (last == last_.end() || present_.erase(last->second) == 0)
        throw verify_failure(protocol, "a process ended a hold that it had not begun");
}

void verify_oracle::finish(std::size_t holder, std::chrono::nanoseconds age)
{
    auto const last = last_.find(holder);
    if (last == last_.end() || present_.count(last->second) != 0)
        throw verify_failure(protocol, "a process released a lock during its hold");
    holds_[last->second].counts = age < longest_;
}

std::size_t verify_oracle::overlaps() const
{
    return static_cast<std::size_t>(boost::count_if(overlapping_, [this](auto const& pair) {
        return holds_[pair.first].counts && holds_[pair.second].counts;
    }));
}

std::size_t verify_oracle::holds(bool is_shared) const
{
    return static_cast<std::size_t>(
        boost::count_if(holds_, [=](hold const& h) { return h.is_shared == is_shared; }));
}

} // namespace filelock_tool
