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

/// Returns the extent that the program's arguments ask for.
extent chosen_extent();

/// Returns the value for the chosen extent, such as a number of rounds or of processes.
template <class T>
T by_extent(T few, T more, T everything)
{
    return chosen_extent() == extent::few    ? few
           : chosen_extent() == extent::more ? more
                                             : everything;
}

/// The sizes of a test case's sample: the number of points by default, and the share with "more".
/// The share is one point in `one_in`, and at least the default number.
struct sample_size
{
    std::size_t few = 1;
    std::size_t one_in = 1;
};

/// Returns the indexes to run in the current test case, in order, out of `count`. They are chosen
/// by a seed and the name of the test case, so that they spread over the points of similar cases.
/// The seed is the same at each run; the environment variable FILELOCK_TEST_SEED sets another. The
/// program prints it. Without shards the result has at least one index if there are points.
std::vector<std::size_t> sample(std::size_t count, sample_size size);

/// Returns a number below `count` for the current test case, by the same seed.
std::size_t sampled_choice(std::size_t count);

} // namespace filelock_test

#endif
