#ifdef __riscv
__riscv_xlen
#endif
