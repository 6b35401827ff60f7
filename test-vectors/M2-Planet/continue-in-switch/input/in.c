int main()
{
	while(1) { switch(1) { case 1: continue; } }
}
