"""Both kernels give exact integer products."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clara.rag.kernels import dot_by_numpy, kernel


class TestKernel:
    def test_this_machine_has_the_fast_one(self) -> None:
        assert kernel()[0] == "simsimd"

    @given(st.data(), st.integers(1, 40), st.sampled_from([1, 3, 16, 64, 65, 256]))
    def test_products_are_exact(self, data: st.DataObject, rows: int, dim: int) -> None:
        matrix = data.draw(arrays(np.int8, (rows, dim), elements=st.integers(-128, 127)))
        vector = data.draw(arrays(np.int8, dim, elements=st.integers(-127, 127)))
        wanted = matrix.astype(np.int64) @ vector.astype(np.int64)
        assert kernel()[1](matrix, vector).tolist() == wanted.tolist()
        assert dot_by_numpy(matrix, vector).tolist() == wanted.tolist()

    def test_extremes_do_not_overflow(self) -> None:
        matrix = np.full((2, 4096), -128, dtype=np.int8)
        assert kernel()[1](matrix, matrix[0]).tolist() == [4096 * 128 * 128] * 2
