int f()
{
	asm("mov_eax, %1"
	"int !0x80" "\n");
}
