// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_SAMPLE_HPP
#define BOOST_FILELOCK_TEST_PROCESS_SAMPLE_HPP

#include <cstddef>
#include <vector>

// Test programs that run a sweep over many points take a sample of them. Arguments of the program,
// in any order: "more" for a larger sample, "everything" for all points, "shard=K/N" for those of
// the K-th of N programs that share the work (K from 1).

namespace filelock_test {

enum class extent
{
    few,
    more,
    everything
};

/// What the program's arguments ask for.
extent chosen_extent();

/// The value for the chosen extent: of rounds, sizes of crowds and the like.
template <class T>
T by_extent(T few, T more, T everything)
{
    return chosen_extent() == extent::few    ? few
           : chosen_extent() == extent::more ? more
                                             : everything;
}

/// The sizes of a test case's sample: how many points by default, and which part with "more": one
/// in so many, at least the default.
struct sample_size
{
    std::size_t few = 1;
    std::size_t one_in = 1;
};

/// The indexes to run in the current test case, in order, out of `count`. They are chosen by a seed
/// and the name of the test case, so that they spread over the points of similar cases. The seed is
/// the same at each run; the environment variable FILELOCK_TEST_SEED sets another. The program
/// prints it. Without shards at least one index, if there are points.
std::vector<std::size_t> sample(std::size_t count, sample_size size);

/// A number below `count` for the current test case, by the same seed.
std::size_t sampled_choice(std::size_t count);

} // namespace filelock_test

#endif
